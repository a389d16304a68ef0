# SPDX-License-Identifier: Apache-2.0
# The manual page with the items that tables have: awk -f manual.awk TABLES PAGE
/^FORMAT\(/ {
	split($0, column, "\"")
	both = $0 ~ /, YES, / ? "" : "\nNot of\n.Cm report ."
	text = toupper(substr(column[4], 1, 1)) substr(column[4], 2)
	formats = formats ".It Cm " column[2] "\n" text "." both "\n"
	next
}
FILENAME ~ /[.]def$/ { next }
/core\/report\/formats[.]def/ { printf "%s", formats; next }
{ print }
