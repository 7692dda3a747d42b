/** What the notes in a terminal's journal mean: each is one command for the session's loop. */
import { type Command, decide } from "@holdfast/core/decide"
import type { Note, Translate } from "../child/ChildFollower.ts"

/** The translation of a terminal's notes. */
export const terminalNotes: Translate = (note) => {
  const command = commandOf(note)
  return (state) => decide(state, command)
}

/** The command that a note of a terminal's journal stands for. */
function commandOf(note: Note): Command {
  switch (note.type) {
    case "started":
      return { _tag: "ProcessStarted", pid: note.pid, cols: note.cols, rows: note.rows }
    case "resize":
      return { _tag: "ProcessResized", cols: note.cols, rows: note.rows }
    case "title":
      return { _tag: "ProcessTitled", title: note.title }
    case "program":
      return { _tag: "ProcessReported", report: note.program }
    case "command":
      return { _tag: "ProcessCommanded", ...note.command }
    case "agent":
      throw new Error("a terminal's journal holds no notes of agents")
    case "exit":
      return {
        _tag: "ProcessExited",
        code: note.code,
        ...(note.signal === undefined ? {} : { signal: note.signal }),
      }
  }
}
