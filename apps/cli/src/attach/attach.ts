/**
 * `holdfast attach`: a session in the user's own terminal (docs/protocol/rules.md, C-6, C-7).
 *
 * The session's output is written to the terminal again, without what is not for it; keys go to the session as they come, but for the
 * detach key. The terminal is given back on every way out. The hub may go and come back meanwhile.
 */
import { sayComing, sayPresent } from "./announced.ts"
import { Attachment } from "@holdfast/client/Attachment"
import { HoldfastError } from "@holdfast/client/errors"
import type { Item } from "@holdfast/client/items"
import type { Connection } from "@holdfast/client/Connection"
import { decodeRecord, RECORD_OUTPUT } from "@holdfast/protocol/record"
import type { Session } from "@holdfast/protocol/session"
import type { TerminalColors } from "@holdfast/protocol/terminal-colors"
import { refused, toFailure } from "../failure.ts"
import { hint, hubWords } from "../hint.ts"
import { print } from "../output.ts"
import { connectHub, useHub } from "../server/hub.ts"
import { loadedSettings } from "../server/settings.ts"
import type { HubClient } from "../server/hub.ts"
import { viewerOf } from "../sessions/asker.ts"
import { withNearest } from "../sessions/nearest.ts"
import { printable } from "../text/printable.ts"
import type { AttachCommand } from "./attach-command.ts"
import { Browse } from "./Browse.ts"
import { DetachKeys, keyName } from "./DetachKeys.ts"
import { ColorQuestion } from "./ColorQuestion.ts"
import { EntryHint } from "./EntryHint.ts"
import { readKeyboard } from "./keyboard.ts"
import { OwnTerminal } from "./OwnTerminal.ts"
import { keepShown, shownBefore } from "./ShownLines.ts"
import { Stay } from "./Stay.ts"
import { Typing } from "./Typing.ts"
import { AttachedView } from "./AttachedView.ts"
import { sessionSize } from "./viewport.ts"
import { leave } from "./ways-out.ts"
import type { WayOut } from "./ways-out.ts"

/** Attaches to the session that `find` gives, until it ends or the user detaches. */
export async function attach(options: AttachCommand, find: (connection: Connection) => Promise<Session>): Promise<void> {
  const key = options.detachKey ?? loadedSettings().settings.values.detachKey
  const keys = new DetachKeys(key)
  const hub = useHub()
  const question = process.stdin.isTTY && process.stdout.isTTY && !options.readOnly ? new ColorQuestion() : undefined
  question?.ask((text) => process.stdout.write(text))
  const { connection, session } = await reach(hub, options, find).catch(async (error: unknown) => {
    await question?.giveUp()
    throw error
  })
  const { id, label } = session
  if (session.kind === "agent") {
    const { attachAgent } = await import("../agent-view/attach-agent.ts")
    await question?.answer()
    return attachAgent(connection, session, options, keys)
  }
  if (!process.stdout.isTTY || (!process.stdin.isTTY && !options.readOnly)) {
    connection.close()
    throw refused("NoTerminal", `attach needs a terminal; to read without one, use: ${hint("log --raw --follow")}`)
  }
  const greeting = `attached to ${printable(label)}${options.readOnly ? ", read-only" : ""}; ${key === "none" ? "no detach key" : `${keyName(key)} d detaches, s scrolls`}`
  const colors = await question?.answer()
  await sayPresent(connection)
  print(`[${greeting}]`)
  const way = await watch({ hub, connection, keys, id, greeting, options, question, colors })
  connection.close()
  leave(way, printable(label), id, options.exitCode)
}

/** Connects to the hub and finds the session. Throws a `CliFailure`. */
async function reach(
  hub: HubClient,
  options: AttachCommand,
  find: (connection: Connection) => Promise<Session>,
): Promise<{ readonly connection: Connection; readonly session: Session }> {
  const connection = await connectHub(hub)
  try {
    const session = await find(connection)
    if (options.detachOthers) await connection.call("viewers.detach", { session: session.id })
    return { connection, session }
  } catch (error) {
    const known = await withNearest(error, (query) => connection.call("sessions.list", query))
    connection.close()
    throw toFailure(known, hub.target.origin)
  }
}

/** A session that is about to be shown, and the colours of the user's terminal where it told them. */
interface Visit {
  readonly hub: HubClient
  readonly connection: Connection
  readonly keys: DetachKeys
  readonly id: string
  readonly greeting: string
  readonly options: AttachCommand
  readonly question: ColorQuestion | undefined
  readonly colors: TerminalColors | undefined
}

/** Shows the session; resolves with how it came to an end, when the terminal is restored. */
function watch({ hub, connection, keys, id, greeting, options, question, colors }: Visit): Promise<WayOut> {
  const terminal = new OwnTerminal()
  const stay = new Stay(connection, terminal, options.wait)
  const viewer = new AttachedView(terminal, { ...options, shown: shownBefore(id) }, (ending) =>
    stay.end({ _tag: "Over", ending }),
  )
  terminal.take(!options.readOnly || process.stdin.isTTY)
  viewer.ownColors = colors
  const attachment = new Attachment(connection, {
    session: id,
    mode: options.readOnly ? "viewer" : "interactive",
    ...sessionSize(terminal.size),
    ...(colors === undefined ? {} : { colors }),
    ...viewerOf(hub.target),
  })
  const entry = new EntryHint(viewer, `[${greeting}]`)
  const say = (error: unknown): void => {
    terminal.write("\u0007")
    const isHeld = error instanceof HoldfastError && error.tag === "NotTypist"
    const text = isHeld ? heldWords(error.fields["typist"], keys) : error instanceof Error ? error.message : String(error)
    entry.say(`[${hubWords(text)}]`, isHeld)
  }
  const browse = new Browse(terminal, viewer)
  const typing = new Typing({ keys, readOnly: options.readOnly, attachment, viewer, browse, entry, stay, say })
  const resumed = (): void => {
    terminal.retake()
    attachment.refresh()
  }
  process.on("SIGCONT", resumed)
  stay.undo(
    () => entry.stop(),
    () => browse.stop(),
    onResize(terminal, attachment, viewer, entry, browse),
    readKeyboard(
      (tokens) => typing.take(tokens),
      (chunk) => question?.keys(chunk) ?? chunk,
    ),
    () => typing.stop(),
    sayComing(connection, (line) => entry.say(`[${line}]`, false)),
    () => process.off("SIGCONT", resumed),
  )

  let taken = !options.take
  const show = (item: Item): void | Promise<void> => {
    const drawing = viewer.draw(item, attachment)
    const typist = typistOf(item)
    if (typist !== undefined && typist.seat !== attachment.seat && !options.readOnly)
      entry.say(`[${hubWords(heldWords(typist.name, keys))}]`, true)
    if (item._tag === "Synced") {
      entry.start()
      if (!taken) attachment.setTypist("single").catch(say)
      taken = true
    }
    return drawing
  }
  // While the history is read, what comes waits.
  stay.show(attachment, (item) => browse.over?.then(() => show(item)) ?? show(item))
  stay.undo(() => {
    const { given } = viewer
    if (given !== undefined) keepShown(id, given)
    viewer.stop()
  })
  return stay.over
}

/** Who holds the keyboard, and how it is taken. */
function heldWords(typist: unknown, keys: DetachKeys): string {
  const how = keys.name === undefined ? "it is free once they release it" : `${keys.name} k takes it`
  return `${typeof typist === "string" ? typist : "someone else"} holds the keyboard; ${how}`
}

/** Who has just taken the keyboard, where an item says that. */
function typistOf(item: Item): { readonly seat: unknown; readonly name: unknown } | undefined {
  if (item._tag !== "Event" || !item.live || item.record.kind === RECORD_OUTPUT) return undefined
  const { channel, type, data } = decodeRecord(item.record)
  if (channel !== "terminal" || type !== "typist" || typeof data !== "object" || data === null) return undefined
  const { mode, seat, client, name = client }: Readonly<Record<string, unknown>> = { ...data }
  return mode === "single" ? { seat, name } : undefined
}

function onResize(
  terminal: OwnTerminal,
  attachment: Attachment,
  viewer: AttachedView,
  entry: EntryHint,
  browse: Browse,
): () => void {
  const resized = (): void => {
    entry.stop()
    const { cols, rows } = sessionSize(terminal.size)
    attachment.resize(cols, rows)
    if (browse.over === undefined) viewer.windowChanged()
    else browse.windowChanged()
  }
  process.stdout.on("resize", resized)
  return () => process.stdout.off("resize", resized)
}
