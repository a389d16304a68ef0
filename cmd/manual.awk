# SPDX-License-Identifier: Apache-2.0
# The manual page with the items that tables have: awk -f manual.awk TABLES PAGE
# A line of the page that names a table is replaced by its items.
function upper_first(text) {
	return toupper(substr(text, 1, 1)) substr(text, 2)
}
# In lines of 78 bytes where there are blanks: mandoc objects to more than 80.
# A line that begins with a dot or an apostrophe would be a request.
function folded(line,	words, n, i, out, len) {
	n = split(line, words, " ")
	for (i = 1; i <= n; i++) {
		if (len && len + length(words[i]) > 77 && words[i] !~ /^[.']/) {
			out = out "\n"
			len = 0
		}
		out = out (len ? " " : "") words[i]
		len += length(words[i]) + (len > 0)
	}
	return out
}
# A sentence a line.
function sentence(text,	lines, n, i, out) {
	text = upper_first(text)
	gsub(/\\/, "\\e", text)
	gsub(/[.] /, ".\n", text)
	n = split(text, lines, "\n")
	for (i = 1; i <= n; i++)
		out = out (i > 1 ? "\n" : "") folded(lines[i])
	return out (out ~ /[.]$/ ? "" : ".") "\n"
}
# The i-th of the words between the brackets of a row, without quotes.
function word(row, i,	column) {
	sub(/^[A-Z_]+\(/, "", row)
	split(row, column, /, */)
	gsub(/[")]/, "", column[i])
	return column[i]
}
/^FORMAT\(/ {
	split($0, column, "\"")
	both = $0 ~ /, YES, / ? "" : "\nNot of\n.Cm report ."
	formats = formats ".It Cm " column[2] "\n" \
		upper_first(column[4]) "." both "\n"
	next
}
/^LIMIT\(/ {
	split($0, column, "\"")
	id = word($0, 1)
	order[++n_limits] = id
	name[id] = column[2]
	key[id] = word($0, 3) == "NULL" ? "" : column[4]
	bound[id] = column[key[id] == "" ? 4 : 6]
	remedy[id] = column[key[id] == "" ? 6 : 8]
	next
}
/^LIMITED\(/ {
	id = word($0, 3)
	pair = word($0, 1) " = " word($0, 2)
	if (!((id, pair) in seen))
		calls[id] = calls[id] (calls[id] ? " ,\n" : "") ".Li " pair
	seen[id, pair] = 1
	next
}
/^CALL\(.*, enter_(refused|evasive),/ {
	function_ = /enter_refused/ ? "enter_refused" : "enter_evasive"
	rows[function_] = rows[function_] (rows[function_] ? " , " : "") \
		word($0, 1)
	next
}
/^REFUSAL\(/ {
	split($0, column, "\"")
	from = word($0, 1)
	refusals = refusals ".It " upper_first(column[2]) "\n" \
		(from in rows ? ".Li " rows[from] " .\n" : "") \
		"Ends with\n.Er " word($0, 2) " .\nRecorded:\n.Li " \
		column[4] " .\n"
	next
}
/^RULE\("(refused-|privilege-delegated)/ {
	split($0, column, "\"")
	rules = rules ".It Li " column[2] "\n" sentence(column[6]) \
		"An example:\n.Li " column[8] " .\n"
	next
}
FILENAME ~ /[.]def$/ { next }
/core\/report\/formats[.]def/ { printf "%s", formats; next }
/core\/event\/limits[.]def/ {
	for (i = 1; i <= n_limits; i++) {
		id = order[i]
		print ".It Li limit " name[id]
		printf "%s", sentence(bound[id])
		if (key[id])
			print "Set by\n.Li sandbox." key[id] " ."
		if (calls[id])
			print "Refused calls:\n" calls[id] " ."
		printf "%s", sentence(remedy[id])
	}
	next
}
/core\/trace\/refusals[.]def/ { printf "%s", refusals; next }
/core\/compare\/rules[.]def/ { printf "%s", rules; next }
{ print }
