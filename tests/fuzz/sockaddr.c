/* SPDX-License-Identifier: Apache-2.0 */
/* Socket addresses: any bytes, any length the kernel would have copied. */
#include "core/netcap/sockaddr.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autobuf struct buf text = BUF_INIT, path = BUF_INIT, kind = BUF_INIT;
	struct str rest = bytes(data, size);
	int family = (int)take_byte(&rest), type = (int)take_byte(&rest);
	int protocol = (int)take_byte(&rest);
	struct sockaddr_storage sa;
	socklen_t len;

	memset(&sa, 0, sizeof(sa));
	len = (socklen_t)(rest.len < sizeof(sa) ? rest.len : sizeof(sa));
	memcpy(&sa, rest.p, len);
	sockaddr_text(&text, &sa, len);
	must(text.len && text.len <= 256);
	if (sockaddr_path(&sa, len, &path)) {
		must(sa.ss_family == AF_UNIX && path.len && *path.p);
		must(str_eq(buf_view(&path), buf_view(&text)));
		must(!memchr(path.p, 0, path.len));
	} else {
		must(!path.len);
	}
	must(sockaddr_port(&sa, len) <= 65535);
	sockaddr_protocol_text(&kind, family, type, protocol);
	must(kind.len);
	sockaddr_socket_text(&kind, family - 128, type, protocol * 1000000);
	return 0;
}
