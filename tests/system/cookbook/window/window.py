# SPDX-License-Identifier: Apache-2.0
import tkinter

window = tkinter.Tk()
window.title("Notes")
entry = tkinter.Entry(window)
entry.pack()
entry.focus_set()


def save(_):
    open("notes.txt", "w").write(entry.get())
    window.destroy()


entry.bind("<Return>", save)
window.mainloop()
