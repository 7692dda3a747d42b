/**
 * `holdfast attach` for agents: the story scrolls, below it stand what is asked, the queue and a prompt.
 *
 * The terminal is given back on every way out (docs/protocol/rules.md, C-6). The hub may go and come back meanwhile; the story
 * continues where it was.
 */
import { Attachment } from "@holdfast/client/Attachment"
import type { Connection } from "@holdfast/client/Connection"
import type { Item } from "@holdfast/client/items"
import type { InputToken } from "@holdfast/core/terminal/input/token"
import { decodeRecord } from "@holdfast/protocol/record"
import type { Session } from "@holdfast/protocol/session"
import { sayComing, sayPresent } from "../attach/announced.ts"
import type { AttachCommand } from "../attach/attach-command.ts"
import { Departure } from "../attach/Departure.ts"
import type { DetachKeys } from "../attach/DetachKeys.ts"
import { readKeyboard } from "../attach/keyboard.ts"
import { OwnTerminal } from "../attach/OwnTerminal.ts"
import { Stay } from "../attach/Stay.ts"
import { leave, onAway, onSignals } from "../attach/ways-out.ts"
import type { WayOut } from "../attach/ways-out.ts"
import { paint, print, writeOut } from "../output.ts"
import { printable } from "../text/printable.ts"
import { AgentScreen } from "./AgentScreen.ts"
import { KeyReader } from "./KeyReader.ts"
import { Person } from "./Person.ts"
import { Story } from "./Story.ts"

/** Milliseconds in which what was typed before the terminal was taken comes. */
const TYPED_AHEAD = 100

/** Attaches to an agent's session until the user detaches; without a terminal it prints plain lines until a signal. */
export async function attachAgent(
  connection: Connection,
  session: Session,
  options: AttachCommand,
  keys: DetachKeys,
): Promise<void> {
  const { id } = session
  const label = printable(session.label)
  if (!process.stdout.isTTY) return follow(connection, id, label, options)
  const readOnly = options.readOnly || !process.stdin.isTTY
  await sayPresent(connection)
  print(paint("dim", `[attached to ${label}${readOnly ? ", read-only" : ""}; /help lists keys and commands]`))
  const way = await watch(connection, session, readOnly, options, keys)
  connection.close()
  leave(way, label, id, false)
}

function watch(
  connection: Connection,
  session: Session,
  readOnly: boolean,
  options: AttachCommand,
  detachKeys: DetachKeys,
): Promise<WayOut> {
  const terminal = new OwnTerminal()
  const stay = new Stay(connection, terminal, options.wait)
  const detach = (unsent: string): void => stay.end({ _tag: "Detached", unsent })
  const screen = new AgentScreen(terminal, readOnly)
  const person = new Person(connection, session.id, screen)
  terminal.takeInLine(process.stdin.isTTY)
  const attachment = new Attachment(connection, { session: session.id, mode: readOnly ? "viewer" : "interactive" })
  stay.show(attachment, (item) => take(item, screen))
  stay.undo(
    onKeys(detachKeys, person, detach),
    onWindow(terminal, screen),
    sayComing(connection, (line) => screen.say(line)),
    () => person.stop(),
    () => screen.stop(),
  )
  return stay.over
}

function take(item: Item, screen: AgentScreen): void | Promise<void> {
  switch (item._tag) {
    case "Attached":
      return screen.record(item.session)
    case "Snapshot":
      return screen.snapshot(item.screen, item.reason)
    case "Event":
      return screen.event(decodeRecord(item.record))
    case "Synced":
      return screen.back()
    case "Dropped":
      return screen.dropped()
    default:
  }
}

/** Hands keys on; gives the function that stops. */
function onKeys(detachKeys: DetachKeys, person: Person, detach: (unsent: string) => void): () => void {
  const reader = new KeyReader()
  const begun = performance.now()
  // Until the terminal was taken, it made a line end of the Enter key.
  const early = (chunk: Uint8Array): Uint8Array =>
    performance.now() - begun < TYPED_AHEAD ? chunk.map((byte) => (byte === 0x0a ? 0x0d : byte)) : chunk
  let departure: Departure | undefined
  const depart = (): void => {
    departure ??= new Departure(detachKeys.tellsReleases, detach)
    departure.take([])
  }
  person.depart = depart
  /** What comes after the key that leaves is kept from everyone. */
  const isKept = (tokens: ReadonlyArray<InputToken>): boolean => {
    departure?.take(tokens)
    return departure !== undefined
  }
  const stop = readKeyboard((tokens) => {
    if (isKept(tokens)) return
    for (const part of detachKeys.read(tokens)) {
      if (part._tag === "Input") {
        for (const { key, token } of reader.read(part.tokens)) if (!isKept([token])) person.key(key)
      } else if (isKept([])) continue
      else if (part.command === "detach") depart()
      else if (part.command === "keys") person.help()
      else person.redraw()
    }
  }, early)
  return () => {
    stop()
    departure?.stop()
  }
}

function onWindow(terminal: OwnTerminal, screen: AgentScreen): () => void {
  const resized = (): void => screen.redraw()
  const resumed = (): void => {
    terminal.retake()
    screen.redraw()
  }
  process.stdout.on("resize", resized)
  process.on("SIGCONT", resumed)
  return () => {
    process.stdout.off("resize", resized)
    process.off("SIGCONT", resumed)
  }
}

/** Prints the story as plain lines, as long as someone reads them. */
async function follow(connection: Connection, id: string, label: string, options: AttachCommand): Promise<void> {
  const story = new Story({ paint, width: () => Number.POSITIVE_INFINITY })
  const attachment = new Attachment(connection, { session: id, mode: "viewer" })
  const ways: Array<WayOut> = []
  const end = (how: WayOut): void => {
    ways.push(how)
    attachment.detach()
  }
  const stops = [onSignals(end), onAway(connection, options.wait, end)]
  const write = (rows: ReadonlyArray<string>): Promise<void> | undefined =>
    rows.length === 0 ? undefined : writeOut(`${rows.join("\n")}\n`)
  await attachment.consume((item): void | Promise<void> => {
    if (item._tag === "Attached") story.record(item.session)
    else if (item._tag === "Snapshot") return write(story.snapshot(item.screen))
    else if (item._tag === "Event") return write([...story.event(decodeRecord(item.record)), ...story.rest()])
    else if (item._tag === "Ended" && item.error !== undefined) ways.push({ _tag: "Failed", error: item.error })
  })
  for (const stop of stops) stop()
  connection.close()
  const [way] = ways
  if (way?._tag === "Failed") leave(way, label, id, false)
}
