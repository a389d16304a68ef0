#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A window that adds names and addresses to addresses.csv."""
import tkinter
from tkinter import ttk

import book


class Window(tkinter.Tk):
    def __init__(self):
        super().__init__()
        self.title("Addresses")
        self.geometry("420x160+20+20")
        self.fields = {}
        for row, name in enumerate(("Name", "Address")):
            ttk.Label(self, text=name).grid(row=row, column=0, padx=8, pady=8)
            field = ttk.Entry(self, width=36)
            field.grid(row=row, column=1)
            field.bind("<Return>", self.save)
            self.fields[name] = field
        self.button = ttk.Button(self, text="Save", command=self.save)
        self.button.grid(row=2, column=1, sticky="e", pady=8)
        self.status = ttk.Label(self, text="")
        self.status.grid(row=3, column=1, sticky="w")
        self.bind("<Control-q>", lambda _: self.destroy())
        self.fields["Name"].focus_force()

    def save(self, _=None):
        name, address = (self.fields[k].get() for k in ("Name", "Address"))
        if not name:
            self.status["text"] = "a name is needed"
            self.fields["Name"].focus_set()
            return
        book.add(name, address)
        for field in self.fields.values():
            field.delete(0, "end")
        self.fields["Name"].focus_set()
        self.status["text"] = f"{name} saved"


if __name__ == "__main__":
    Window().mainloop()
