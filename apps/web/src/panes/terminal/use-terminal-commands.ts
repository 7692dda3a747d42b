/** What a person can do in a terminal, for the palette, the keys and the menus. */
import type { SessionView } from "@holdfast/client/model"
import { useCell, useHub, useSessionService } from "@holdfast/react"
import type { SessionService } from "@holdfast/client/model"
import type { Command } from "../../commands/command.ts"
import { useCommands } from "../../commands/use-commands.ts"
import { useNotice } from "../../app/notices.ts"
import { useStore } from "../../ui/store.ts"
import { pasteInto, selectedText } from "./bind-clipboard.ts"
import { copyText, pastedText } from "./clipboard.ts"
import type { Emulator } from "./Emulator.ts"
import { goToCommand, selectOutput } from "./go-to-command.ts"
import { boundedSize, copyOnRelease, FONT_SIZE, fontSize, programKeys, screenReader, toggleProgramKeys } from "./preferences.ts"
import { releaseKeyboard, takeKeyboard, takeSize } from "./sharing.ts"
import type { Resize } from "./sharing.ts"
import type { Shown } from "./use-emulator.ts"
import { chooseSize } from "./use-sizing.ts"

const isMac = typeof navigator !== "undefined" && /mac|iphone|ipad/i.test(navigator.userAgent)

/** Registers the commands of a terminal's pane. */
export function useTerminalCommands(shown: Shown | undefined, view: SessionView, find: () => void): void {
  const hub = useHub()
  const service = useSessionService()
  const notice = useNotice()
  const isGivenUp = useStore(programKeys).includes(view.id)
  const isShared = useCell(view.viewers).length > 1
  const own: ReadonlyArray<Bare> =
    shown === undefined
      ? []
      : [
          { id: "terminal.find", title: "Find in terminal", keys: ["Alt+Shift+f", "Meta+/"], run: find },
          ...textCommands(shown),
          ...lineCommands(shown, (limit) =>
            hub.hub.sessions.events(view.id, { before: "end", limit, channel: "terminal", type: "command" }),
          ),
          ...(isShared ? sharingCommands(shown.emulator, view, hub.hub.sessions.resize) : []),
          ...processCommands(shown.emulator, view, service),
          {
            id: "terminal.program-keys",
            title: isGivenUp ? "Take the app’s keys back from the program" : "Give the app’s keys to the program",
            run: () => toggleProgramKeys(view.id),
          },
        ]
  // What is set is so for every terminal: of no session, and in no pane's menu.
  useCommands([
    ...own.map((command) => ({ ...command, when: "terminal" as const, session: view.id })),
    ...settingCommands(notice).map((command) => ({ ...command, when: "terminal" as const })),
  ])
}

type Bare = Omit<Command, "session" | "when">

function textCommands({ emulator }: Shown): ReadonlyArray<Bare> {
  const copy = (): void => {
    const text = selectedText(emulator)
    if (text === "") return emulator.say("Nothing is selected")
    void copyText(text).then((isDone) => emulator.say(isDone ? "Copied" : "The browser refused the clipboard"))
  }
  const paste = (): void => {
    void pastedText().then((text) => {
      if (text === undefined)
        emulator.say(`The browser keeps the clipboard to itself: press ${isMac ? "⌘V" : "Ctrl+V in the page's menu"}`)
      else pasteInto(emulator, text)
    })
  }
  const ofKeys = (...keys: ReadonlyArray<string>): Pick<Command, "keys"> => (isMac ? {} : { keys })
  return [
    { id: "terminal.copy", title: "Copy", run: copy, ...ofKeys("Control+Shift+c", "Control+Insert") },
    { id: "terminal.paste", title: "Paste", run: paste, ...ofKeys("Control+Shift+v") },
    { id: "terminal.select-all", title: "Select all lines", run: () => emulator.terminal.selectAll() },
  ]
}

function lineCommands({ emulator, past }: Shown, read: Parameters<typeof goToCommand>[1]): ReadonlyArray<Bare> {
  return [
    { id: "terminal.older", title: "Show older output", keys: ["Alt+Shift+h"], run: () => void past.open() },
    {
      id: "terminal.previous-command",
      title: "Go to the command before",
      isMotion: true,
      keys: ["Alt+Shift+p"],
      run: () => void goToCommand(emulator, read, "up"),
    },
    {
      id: "terminal.next-command",
      title: "Go to the command after",
      isMotion: true,
      keys: ["Alt+Shift+n"],
      run: () => void goToCommand(emulator, read, "down"),
    },
    {
      id: "terminal.select-output",
      title: "Select the output of the command",
      keys: ["Alt+Shift+o"],
      run: () => void selectOutput(emulator, read),
    },
  ]
}

function sharingCommands(emulator: Emulator, view: SessionView, resize: Resize): ReadonlyArray<Bare> {
  const saying = (done: Promise<unknown>): void =>
    void done.catch((cause: unknown) => emulator.say(cause instanceof Error ? cause.message : String(cause)))
  return [
    { id: "terminal.take-size", title: "Fit the terminal to this pane", run: () => saying(takeSize(view, emulator, resize)) },
    { id: "terminal.leave-size", title: "Leave the terminal’s size to others", run: () => chooseSize(view.id, "theirs") },
    { id: "terminal.take-keyboard", title: "Take the keyboard", run: () => saying(takeKeyboard(view)) },
    { id: "terminal.free-keyboard", title: "Let everyone type", run: () => saying(releaseKeyboard(view)) },
  ]
}

function processCommands(emulator: Emulator, view: SessionView, service: SessionService): ReadonlyArray<Bare> {
  const signal = (name: "SIGINT" | "SIGTERM" | "SIGKILL") => (): void =>
    void service
      .signal(view.id, name)
      .catch((cause: unknown) => emulator.say(cause instanceof Error ? cause.message : String(cause)))
  return [
    { id: "terminal.interrupt", title: "Interrupt the program in front", run: signal("SIGINT") },
    { id: "terminal.end", title: "Ask the program in front to end", run: signal("SIGTERM") },
    { id: "terminal.kill", title: "End the program in front at once", run: signal("SIGKILL") },
  ]
}

function settingCommands(notice: (text: string, undo?: () => void) => void): ReadonlyArray<Bare> {
  const sized = (size: number) => (): void => fontSize.choose(boundedSize(size))
  const toggled = (one: typeof screenReader, on: string, off: string) => (): void => {
    one.choose(!one.get())
    notice(one.get() ? on : off, () => one.choose(!one.get()))
  }
  return [
    { id: "terminal.larger", title: "Larger text", keys: ["$mod+=", "$mod++"], run: () => sized(fontSize.get() + 1)() },
    { id: "terminal.smaller", title: "Smaller text", keys: ["$mod+-"], run: () => sized(fontSize.get() - 1)() },
    { id: "terminal.usual-size", title: "Usual size of text", keys: ["$mod+0"], run: sized(FONT_SIZE.usual) },
    {
      id: "terminal.copy-on-release",
      title: "Copy as soon as something is selected",
      run: toggled(copyOnRelease, "What is selected is copied at once", "What is selected is copied when you say so"),
    },
    {
      id: "terminal.screen-reader",
      title: "Read the terminal to a screen reader",
      run: toggled(screenReader, "Terminals are read out", "Terminals are not read out"),
    },
  ]
}
