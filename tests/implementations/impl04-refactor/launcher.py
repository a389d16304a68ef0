"""Secure Chat v3: start the server and the GUI client as two processes.

The client starts as soon as the server accepts connections. When the client
ends, however it ends, the server stays up for others; stop the launcher to
stop the server.
"""

import argparse
import os
import signal
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
STOP_TIMEOUT = 5


class StartError(Exception):
    """The server ended before clients could connect."""


class Launcher:
    """Owns the server process and runs the client next to it."""

    def __init__(self, host, port, with_gui):
        self._host = host
        self._port = port
        self._with_gui = with_gui
        self._server = None

    def __enter__(self):
        reader, writer = os.pipe()
        self._server = subprocess.Popen(
            self._command("server_single.py", "--ready-fd", str(writer)),
            pass_fds=[writer])
        os.close(writer)
        with open(reader, encoding="ascii") as ready:
            self._port = ready.readline().strip()
        return self

    def __exit__(self, *_exception):
        if self._server.poll() is not None:
            return
        self._server.terminate()
        try:
            self._server.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()

    def _command(self, program, *extra):
        return [sys.executable, os.path.join(HERE, program),
                "--host", self._host, "--port", self._port, *extra]

    def run(self):
        """Run the client, then stay with the server; returns its status."""
        if not self._port:
            raise StartError(self._server.wait())
        say(f"server is active on port {self._port}, "
            f"process {self._server.pid}")
        if self._with_gui:
            self._run_client()
        return self._server.wait()

    def _run_client(self):
        command = self._command("socp_gui_client_pro.py")
        status = subprocess.run(command, check=False).returncode
        outcome = f"failed with status {status}" if status else "closed"
        say(f"GUI client {outcome}; server stays active")


def say(text):
    """Tell the user what happens, at once even through a pipe."""
    print(f"launcher: {text}", flush=True)


def stop(_number, _frame):
    """Leave through the clean-up on SIGTERM."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise SystemExit(0)


def parse_arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--host", default="127.0.0.1",
                        help="address of the server (default: %(default)s)")
    parser.add_argument("--port", default="8765",
                        help="port of the server (default: %(default)s)")
    parser.add_argument("--no-gui", action="store_true",
                        help="start the server only")
    return parser.parse_args()


def main():
    """Start both programs and wait for them."""
    options = parse_arguments()
    signal.signal(signal.SIGTERM, stop)
    try:
        with Launcher(options.host, options.port,
                      not options.no_gui) as launcher:
            return launcher.run()
    except StartError as error:
        say(f"server did not start, status {error}")
        return 1
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
