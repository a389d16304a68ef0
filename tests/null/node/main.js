// SPDX-License-Identifier: Apache-2.0
// A server on a port that the kernel chooses, its client, files and a timer.
const fs = require("fs");
const net = require("net");
const os = require("os");
const path = require("path");

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "node-"));
const server = net.createServer((socket) => socket.end("hello"));
server.listen(0, "127.0.0.1", () => {
	const client = net.connect(server.address().port, "127.0.0.1");
	client.on("data", (data) => {
		fs.writeFileSync(path.join(folder, "got"), data);
	});
	client.on("close", () => {
		setTimeout(() => {
			fs.rmSync(folder, { recursive: true });
			server.close();
		}, 20);
	});
});
Promise.all([1, 2, 3, 4, 5, 6].map((n) =>
	fs.promises.writeFile(`file-${n}`, `${n}`)));
