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
SERVER = os.path.join(HERE, "server_single.py")
CLIENT = os.path.join(HERE, "socp_gui_client_pro.py")
STOP_TIMEOUT = 5


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


def say(text):
    """Tell the user what happens, at once even through a pipe."""
    print(f"launcher: {text}", flush=True)


def start_server(options):
    """Start the server; returns the process and its port.

    The port is None if the server ended before it was ready.
    """
    reader, writer = os.pipe()
    command = [sys.executable, SERVER, "--host", options.host,
               "--port", options.port, "--ready-fd", str(writer)]
    server = subprocess.Popen(command, pass_fds=[writer])
    os.close(writer)
    with open(reader, encoding="ascii") as ready:
        port = ready.readline().strip()
    return server, port or None


def run_client(options, port):
    """Run the GUI client until its user closes it; returns its status."""
    command = [sys.executable, CLIENT, "--host", options.host, "--port", port]
    return subprocess.run(command, check=False).returncode


def stop_server(server):
    """Ask the server to stop, then insist."""
    if server.poll() is not None:
        return
    server.terminate()
    try:
        server.wait(STOP_TIMEOUT)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def supervise(server, port, options):
    """Run the client next to the server, then stay with the server."""
    say(f"server is active on port {port}, process {server.pid}")
    if not options.no_gui:
        status = run_client(options, port)
        if status == 0:
            say("GUI client closed; server stays active")
        else:
            say(f"GUI client failed with status {status}; "
                "server stays active")
    return server.wait()


def stop(_number, _frame):
    """Leave through the clean-up on SIGTERM."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise SystemExit(0)


def main():
    """Start both programs and wait for them."""
    options = parse_arguments()
    signal.signal(signal.SIGTERM, stop)
    server, port = start_server(options)
    try:
        if port is None:
            say(f"server did not start, status {server.wait()}")
            return 1
        return supervise(server, port, options)
    except KeyboardInterrupt:
        return 0
    finally:
        stop_server(server)


if __name__ == "__main__":
    sys.exit(main())
