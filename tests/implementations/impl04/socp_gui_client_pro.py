"""Secure Chat v3: the graphical client."""

import argparse
import getpass
import queue
import threading
import time
import tkinter as tk
from tkinter import messagebox, ttk

import chat_protocol
from chat_crypto import SignatureError
from chat_protocol import ChatClient, ProtocolError

POLL_MS = 100
EVERYBODY = "Everybody"
FAILURES = (OSError, ProtocolError, SignatureError, ValueError)


class Connection:
    """Runs a ChatClient in a thread and hands its messages to the GUI.

    Tk may be used from one thread only. What the network thread finds goes
    into `events`, as message objects of the protocol and two of our own:
    {"type": "connected"} and {"type": "disconnected", "reason"}.
    """

    def __init__(self, user, passphrase, host, port):
        self.user = user
        self.events = queue.Queue()
        self._client = None
        self._login = (user, passphrase, host, port)
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        try:
            self._client = ChatClient(*self._login)
            self.events.put({"type": "connected"})
            self.events.put(self._client.room)
            while True:
                self.events.put(self._client.receive())
        except FAILURES as error:
            self.events.put({"type": "disconnected", "reason": str(error)})

    def say(self, text, to=None):
        """Send a message; a failure shows as an event."""
        try:
            self._client.say(text, to)
        except FAILURES as error:
            self.events.put({"type": "disconnected", "reason": str(error)})

    def close(self):
        """Hang up."""
        if self._client is not None:
            self._client.close()


class LoginPage(ttk.Frame):
    """Asks for server, name and passphrase."""

    def __init__(self, master, options, on_login):
        super().__init__(master, padding=24)
        self._on_login = on_login
        self._fields = {}
        self.columnconfigure(1, weight=1)
        self._add_field("Server", options.host)
        self._add_field("Port", str(options.port))
        self._add_field("User name", options.user)
        self._add_field("Room passphrase", "", show="\N{BULLET}")
        self._button = ttk.Button(self, text="Connect", command=self._submit)
        self._button.grid(column=1, sticky="e", pady=(12, 0))
        self.status = ttk.Label(self, foreground="#a00000", wraplength=320)
        self.status.grid(columnspan=2, sticky="w", pady=(12, 0))
        master.bind("<Return>", lambda _event: self._submit())

    def _add_field(self, label, value, **style):
        row = len(self._fields)
        ttk.Label(self, text=label).grid(row=row, sticky="w", padx=(0, 12))
        entry = ttk.Entry(self, width=32, **style)
        entry.insert(0, value)
        entry.grid(row=row, column=1, sticky="ew", pady=3)
        self._fields[label] = entry

    def _submit(self):
        values = {label: e.get() for label, e in self._fields.items()}
        user, port = values["User name"].strip(), values["Port"].strip()
        if not chat_protocol.valid_name(user):
            self.show_error("Please enter a user name.")
        elif not port.isdecimal():
            self.show_error("The port must be a number.")
        elif not values["Room passphrase"]:
            self.show_error("Please enter the passphrase of the room.")
        else:
            self._button.state(["disabled"])
            self.show_error("")
            self._on_login(user, values["Room passphrase"],
                           values["Server"].strip(), int(port))

    def show_error(self, text):
        """Show why the last attempt failed."""
        self.status.configure(text=text)

    def enable(self):
        """Let the user try again."""
        self._button.state(["!disabled"])


class ChatPage(ttk.Frame):
    """The conversation, the users in the room and a line to write in."""

    def __init__(self, master, connection):
        super().__init__(master, padding=8)
        self._connection = connection
        self._names = set()
        self.columnconfigure(0, weight=1)
        self.rowconfigure(0, weight=1)
        self._build_transcript()
        self._build_users()
        self._build_entry()
        self._handlers = {
            "room": self._on_room,
            "users": self._on_users,
            "joined": self._on_joined,
            "left": self._on_left,
            "message": self._on_message,
            "private": self._on_message,
            "error": self._on_error,
        }

    def _build_transcript(self):
        frame = ttk.Frame(self)
        frame.grid(row=0, column=0, sticky="nsew")
        scrollbar = ttk.Scrollbar(frame)
        scrollbar.pack(side="right", fill="y")
        self._transcript = tk.Text(frame, state="disabled", wrap="word",
                                   yscrollcommand=scrollbar.set)
        self._transcript.pack(side="left", fill="both", expand=True)
        self._transcript.tag_configure("time", foreground="#808080")
        self._transcript.tag_configure("name", font="TkHeadingFont")
        self._transcript.tag_configure("private", foreground="#703090")
        self._transcript.tag_configure("notice", foreground="#406080")
        scrollbar.configure(command=self._transcript.yview)

    def _build_users(self):
        self._users = tk.Listbox(self, width=20, exportselection=False)
        self._users.grid(row=0, column=1, sticky="ns", padx=(8, 0))

    def _build_entry(self):
        self._entry = ttk.Entry(self)
        self._entry.grid(row=1, column=0, sticky="ew", pady=(8, 0))
        self._entry.bind("<Return>", lambda _event: self._send())
        self._entry.focus_set()
        button = ttk.Button(self, text="Send", command=self._send)
        button.grid(row=1, column=1, sticky="ew", padx=(8, 0), pady=(8, 0))

    def _send(self):
        text = self._entry.get().strip()
        if text:
            self._connection.say(text, to=self._recipient())
            self._entry.delete(0, "end")

    def _recipient(self):
        selected = self._users.curselection()
        if not selected or selected[0] == 0:
            return None
        return self._users.get(selected[0])

    def show(self, message):
        """Show one message of the server."""
        handler = self._handlers.get(message["type"])
        if handler is not None:
            handler(message)

    def _on_room(self, message):
        for record in message["history"]:
            self._on_message(record)
        self._write(("You are in the room.", "notice"))
        self._set_users(message["users"])

    def _on_users(self, message):
        self._set_users(message["users"])

    def _on_joined(self, message):
        self._write((f"{message['user']} joined.", "notice"))
        self._set_users(self._names | {message["user"]})

    def _on_left(self, message):
        self._write((f"{message['user']} left.", "notice"))
        self._set_users(self._names - {message["user"]})

    def _on_message(self, message):
        name = message["from"]
        if message["type"] == "private":
            name += f" \N{RIGHTWARDS ARROW} {message['to']}"
        self._write(
            (time.strftime("%H:%M ", time.localtime(message["time"])), "time"),
            (f"{name}: ", "name"),
            (message["text"], message["type"]),
        )

    def _on_error(self, message):
        self._write((message["text"], "notice"))

    def _set_users(self, names):
        self._names = set(names)
        self._users.delete(0, "end")
        self._users.insert("end", EVERYBODY, *sorted(self._names))
        self._users.selection_set(0)

    def _write(self, *parts):
        self._transcript.configure(state="normal")
        for text, tag in parts:
            self._transcript.insert("end", text, tag)
        self._transcript.insert("end", "\n")
        self._transcript.configure(state="disabled")
        self._transcript.see("end")


class Application(tk.Tk):
    """The window: first the login page, then the chat page."""

    def __init__(self, options):
        super().__init__()
        self.title("Secure Chat v3")
        self.geometry("760x520")
        self._defaults = options
        self._connection = None
        self._page = None
        self._show_login()
        self.protocol("WM_DELETE_WINDOW", self._quit)
        self.after(POLL_MS, self._poll)

    def _show_page(self, page):
        if self._page is not None:
            self._page.destroy()
        self._page = page
        page.pack(fill="both", expand=True)

    def _show_login(self):
        self._show_page(LoginPage(self, self._defaults, self._login))

    def _login(self, user, passphrase, host, port):
        self._connection = Connection(user, passphrase, host, port)

    def _poll(self):
        try:
            while self._connection is not None:
                self._on_event(self._connection.events.get_nowait())
        except queue.Empty:
            pass
        self.after(POLL_MS, self._poll)

    def _on_event(self, message):
        if message["type"] == "connected":
            self.unbind("<Return>")
            self._show_page(ChatPage(self, self._connection))
            self.title(f"Secure Chat v3 - {self._connection.user}")
        elif message["type"] == "disconnected":
            self._on_disconnected(message["reason"])
        else:
            self._page.show(message)

    def _on_disconnected(self, reason):
        self._connection.close()
        self._connection = None
        if isinstance(self._page, LoginPage):
            self._page.show_error(reason)
            self._page.enable()
            return
        messagebox.showwarning("Secure Chat v3", f"Disconnected: {reason}")
        self._show_login()

    def _quit(self):
        if self._connection is not None:
            self._connection.close()
        self.destroy()


def parse_arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default=chat_protocol.DEFAULT_HOST,
                        help="server to offer (default: %(default)s)")
    parser.add_argument("--port", type=int,
                        default=chat_protocol.DEFAULT_PORT,
                        help="port to offer (default: %(default)s)")
    parser.add_argument("--user", default=getpass.getuser(),
                        help="user name to offer (default: your login name)")
    return parser.parse_args()


def main():
    """Show the window until it is closed."""
    Application(parse_arguments()).mainloop()


if __name__ == "__main__":
    main()
