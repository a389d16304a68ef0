# SPDX-License-Identifier: Apache-2.0
import http.server

notes = []


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        notes.append(self.rfile.read(int(self.headers["Content-Length"])))
        open("notes", "ab").write(notes[-1] + b"\n")
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"%d note" % len(notes))


http.server.HTTPServer(("127.0.0.1", 8081), Handler)
http.server.HTTPServer(("127.0.0.1", 8080), Handler).serve_forever()
