/**
 * What the person at the terminal does: composes and sends, answers what is asked, stops the turn, detaches.
 */
import { randomUUID } from "node:crypto"
import { resolve } from "node:path"
import type { AgentFacts } from "@holdfast/core/agent/agent-facts"
import type { Connection } from "@holdfast/client/Connection"
import { shownTasks } from "@holdfast/core/agent/task-state"
import type { AnswerPermission, PermissionDetail, PermissionRequest } from "@holdfast/protocol/agent/permission"
import { QUEUE_MAX } from "@holdfast/protocol/agent/queue"
import type { QueueItem } from "@holdfast/protocol/agent/queue"
import type { SendMode } from "@holdfast/protocol/agent/message"
import { queueTable } from "../agent/queue-table.ts"
import { taskTable } from "../agent/tasks.ts"
import { wholeLines } from "../agent/request-lines.ts"
import { movedOrder } from "../agent/moved-order.ts"
import { hubWords } from "../hint.ts"
import { outputWidth, paint } from "../output.ts"
import { printable } from "../text/printable.ts"
import { type AgentScreen, NOTICE } from "./AgentScreen.ts"
import type { EditorKey } from "./KeyReader.ts"
import { rowsOf } from "./Rows.ts"
import { Sender } from "./Sender.ts"
import { agentCommands, HELP, readLine } from "./slash-commands.ts"
import type { SlashLine } from "./slash-commands.ts"

/** Milliseconds in which Ctrl-C is pressed again to detach: as long as it is said. */
const AGAIN = NOTICE

/** One person on one attachment. */
export class Person {
  readonly #connection: Connection
  readonly #session: string
  readonly #screen: AgentScreen
  readonly #sender: Sender
  #mode: SendMode = "queue"
  #stopAsked = 0
  /** Leaves; set by who reads the keyboard. */
  depart: () => void = () => undefined

  constructor(connection: Connection, session: string, screen: AgentScreen) {
    this.#connection = connection
    this.#session = session
    this.#screen = screen
    this.#sender = new Sender(connection, () => screen.draw())
    screen.sending = () => this.#sender.waiting
    screen.mode = () => this.#mode
    screen.asked = ({ id }) => void this.#fetch(id)
  }

  stop(): void {
    this.#sender.stop()
  }

  redraw(): void {
    this.#screen.redraw()
  }

  /** Takes a key. */
  key(key: EditorKey): void {
    const { editor, asking } = this.#screen
    if (key._tag === "Named" && key.name === "ctrl-c") return this.#interrupted()
    this.#stopAsked = 0
    if (this.#screen.readOnly) return this.#screen.say("read-only: nothing is sent; Ctrl-C detaches")
    const { request } = asking
    const asked = asking.key(key, Date.now(), !editor.empty)
    if (asked._tag === "View" && request !== undefined) void this.#view(request)
    else if (asked._tag === "Answer" && request !== undefined) this.#answer(request, asked.answer)
    else if (asked._tag === "Text") this.#composed(key)
    this.#screen.draw()
  }

  #composed(key: EditorKey): void {
    const { editor } = this.#screen
    if (key._tag === "Named") {
      if (key.name === "enter") return this.#enter(undefined)
      if (key.name === "alt-enter") return this.#enter("steer")
      if (key.name === "ctrl-d" && editor.empty) return this.depart()
      if (key.name === "ctrl-l") return this.#screen.redraw()
    }
    editor.key(key)
  }

  #enter(mode: SendMode | undefined): void {
    const { editor, story } = this.#screen
    if (editor.text.trim() === "") return editor.clear()
    const line = readLine(editor.text, story.agent)
    if (line._tag === "Wrong") return this.#screen.say(line.message)
    const text = editor.take()
    this.#do(line, mode ?? this.#mode, text)
  }

  /** Stops the turn, whatever is being written; where none streams it clears what was written. Pressed again, it detaches. */
  #interrupted(): void {
    const { editor, story, readOnly } = this.#screen
    if (readOnly) return this.depart()
    const now = Date.now()
    if (this.#stopAsked !== 0 && now - this.#stopAsked < AGAIN) return this.depart()
    const streams = story.agent?.turn !== undefined
    if (!streams && !editor.empty) {
      editor.take()
      this.#stopAsked = now
      return this.#screen.say("cleared; Up brings it back; Ctrl-C again detaches")
    }
    this.#stopAsked = now
    const count = story.agent?.tasks.length ?? 0
    const runs = count === 0 ? "nothing to stop" : `${count} in the background, /tasks lists, /kill N stops`
    if (!streams) return this.#screen.say(`${runs}; Ctrl-C again detaches`)
    this.#screen.say("stopping; Ctrl-C again detaches")
    this.#interrupt()
  }

  /** Not asked again after a loss: by then another turn may stream. */
  #interrupt(): void {
    this.#connection.call("agent.interrupt", { session: this.#session }).then(
      ({ interrupted, tasks }) => {
        const runs =
          tasks === undefined ? "nothing was stopped" : `${tasks.length} in the background; /tasks lists, /kill N stops`
        if (!interrupted) this.#screen.say(`no turn is running; ${runs}`)
      },
      (error: unknown) => this.#failed(error),
    )
  }

  /** Fetches all of a request; without it the request can be answered anyway, and asked for again. */
  async #fetch(id: string): Promise<PermissionDetail | undefined> {
    try {
      const detail = await this.#connection.call("permissions.get", { session: this.#session, requestId: id })
      this.#screen.asking.learn(detail)
      this.#screen.draw()
      return detail
    } catch (error) {
      this.#failed(error)
      return undefined
    }
  }

  /** Prints all of a request above, where the terminal can be scrolled. */
  async #view({ id }: PermissionRequest): Promise<void> {
    const detail = this.#screen.asking.detail ?? (await this.#fetch(id))
    if (detail === undefined) return
    const options = { paint, width: () => Math.max(10, (outputWidth() ?? 80) - 1) }
    const rows = wholeLines(detail).flatMap((line) => rowsOf(line, options, { next: "      " }))
    void this.#screen.print(["", ...rows, ""])
  }

  #answer({ id }: PermissionRequest, answer: AnswerPermission): void {
    this.#ask((connection) => connection.call("permissions.answer", { session: this.#session, requestId: id, ...answer }))
  }

  #ask(question: (connection: Connection) => Promise<unknown>): void {
    this.#sender.inOrder(question).catch((error: unknown) => this.#failed(error))
  }

  #failed(error: unknown): void {
    this.#screen.say(`✗ ${hubWords(error instanceof Error ? error.message : String(error))}`)
  }

  #send(text: string, mode: SendMode, typed: string): void {
    const key = randomUUID()
    const message = { text, key, ...(mode === "queue" ? {} : { mode }) }
    this.#sender
      .inOrder((connection) => connection.call("messages.send", { session: this.#session, ...message }))
      .catch((error: unknown) => {
        this.#failed(error)
        // What was refused can be changed and sent again.
        if (this.#screen.editor.empty) this.#screen.editor.set(typed)
        this.#screen.draw()
      })
  }

  #do(line: SlashLine, mode: SendMode, typed: string): void {
    const session = this.#session
    const { story } = this.#screen
    switch (line._tag) {
      case "Message":
        return this.#send(line.text, mode, typed)
      case "Interrupt":
        return this.#interrupt()
      case "Help":
        return this.help()
      case "Queue": {
        const queue = story.agent?.queue ?? []
        const rows =
          queue.length === 0 ? ["nothing is waiting"] : queueTable(queue, Date.now(), { paint, width: (outputWidth() ?? 80) - 1 })
        return void this.#screen.print(["", ...rows, ""])
      }
      case "Tasks": {
        const tasks = story.agent === undefined ? [] : shownTasks(story.agent)
        const width = (outputWidth() ?? 80) - 1
        const rows =
          tasks.length === 0 ? ["nothing is running in the background"] : taskTable(tasks, Date.now(), { paint, width })
        return void this.#screen.print(["", ...rows, ""])
      }
      case "StopTask": {
        const task = story.agent?.tasks[line.place - 1]?.id
        if (task === undefined) return this.#screen.say(`no task ${line.place} is running; /tasks lists them`)
        return this.#ask((connection) => connection.call("tasks.stop", { session, taskId: task }))
      }
      case "Hold":
        return this.#ask((connection) => connection.call("queue.hold", { session }))
      case "Release":
        return this.#ask((connection) => connection.call("queue.release", { session }))
      case "Renew":
        return this.#ask((connection) => connection.call("agent.renew", { session }))
      case "Directory": {
        const cwd = resolve(story.agent?.spec.cwd ?? "/", line.path)
        return this.#ask((connection) => connection.call("agent.configure", { session, cwd }))
      }
      case "Detach":
        return this.depart()
      case "Edit":
        return this.#onItem(line.place, (connection, { id }) =>
          connection.call("queue.edit", { session, messageId: id, text: line.text }),
        )
      case "Remove":
        return this.#onItem(line.place, (connection, { id }) => connection.call("queue.remove", { session, messageId: id }))
      case "Again":
      case "Drop": {
        const action = line._tag === "Again" ? "again" : "drop"
        return this.#onItem(line.place, (connection, { id }) =>
          connection.call("queue.resolve", { session, messageId: id, action }),
        )
      }
      case "Move": {
        const queue = story.agent?.queue ?? []
        const order = movedOrder(queue, queue[line.place - 1]?.id ?? "", line.to)
        if (order === undefined || order.length > QUEUE_MAX)
          return this.#screen.say(`no message ${line.place} is waiting; /queue lists them`)
        return this.#ask((connection) => connection.call("queue.reorder", { session, order }))
      }
      case "SendMode":
        this.#mode = line.mode
        return this.#screen.say(`while the agent works, Enter now sends with ${line.mode}`)
      case "Configure":
        return this.#ask((connection) => connection.call("agent.configure", { session, ...line.change }))
      case "Trust": {
        const directory = story.agent?.trust?.directory ?? ""
        return this.#ask((connection) => connection.call("trust.set", { directory, trusted: line.trusted }))
      }
      case "Wrong":
        return this.#screen.say(printable(line.message))
    }
  }

  /** Prints what can be typed. */
  help(): void {
    this.#screen.print(["", ...helpRows(HELP), ...agentHelp(this.#screen.story.agent), ""])
  }

  #onItem(place: number, question: (connection: Connection, item: QueueItem) => Promise<unknown>): void {
    const item = this.#screen.story.agent?.queue[place - 1]
    if (item === undefined) return this.#screen.say(`no message ${place} is waiting; /queue lists them`)
    this.#ask((connection) => question(connection, item))
  }
}

/** Columns below which what a command does stands under it. */
const TWO_COLUMNS = 50

/** A help as rows of two columns, or of one in a narrow window. */
export function helpRows(help: typeof HELP, columns = outputWidth() ?? 80): Array<string> {
  const options = { paint, width: () => Math.max(20, columns - 1) }
  if (columns < TWO_COLUMNS)
    return help.flatMap(([typed, does]) => [
      ...rowsOf(printable(typed), options, { next: "  " }),
      ...rowsOf(printable(does), options, { first: "  ", style: "dim" }),
    ])
  return help.flatMap(([typed, does]) =>
    rowsOf(printable(does), options, { first: `  ${printable(typed).padEnd(20)} `, next: " ".repeat(23), style: "dim" }),
  )
}

/** The agent's own commands, below a title; nothing when it has none. */
function agentHelp(agent: AgentFacts | undefined): Array<string> {
  const commands = agentCommands(agent)
  return commands.length === 0 ? [] : ["", paint("bold", "the agent's own"), ...helpRows(commands)]
}
