/** The page of the React tests: what a test mounts in it, and what was rendered, by names that the test reads. */
import { createElement as h, memo, Profiler, startTransition, StrictMode, useLayoutEffect, useState } from "react"
import type { ReactElement, ReactNode } from "react"
import { createRoot, hydrateRoot } from "react-dom/client"
import { renderToString } from "react-dom/server"
import { Terminal as Xterm } from "@xterm/xterm"
import { connect } from "@holdfast/client"
import { openOutbox, sendOnConnection } from "@holdfast/client/outbox"
import {
  Chat,
  ChatComposer,
  ChatMessages,
  ChatPermissions,
  ChatQueue,
  HoldfastProvider,
  Terminal,
  useAllPermissions,
  useCell,
  useConnection,
  useHub,
  useMessages,
  useOutbox,
  usePermissions,
  useQueue,
  useSession,
  useSessionEvents,
  useSessionIds,
  useSessionService,
  useSessions,
  useTurn,
} from "@holdfast/react"
import type { RenderPart } from "@holdfast/react"
import type { TerminalLike } from "@holdfast/client/model"

/** How often something was rendered, by its name. */
const renders: Record<string, number> = {}
/** What hooks last gave, by the name of the hook. */
const now: Record<string, unknown> = {}
/** Commands of the socket by tag, with their payloads, in the order sent. */
const sent: Array<{ readonly tag: string; readonly payload: unknown }> = []
/** States of the connection, in order. */
const states: Array<string> = []
/** Commits in which components that read the same did not show the same. */
let torn = 0

const rendered = (name: string): void => void (renders[name] = (renders[name] ?? 0) + 1)

class Watched extends WebSocket {
  override send(data: string | Uint8Array<ArrayBuffer>): void {
    if (typeof data === "string") {
      for (const { tag, payload } of [JSON.parse(data)].flat() as typeof sent) sent.push({ tag, payload })
    }
    super.send(data)
  }
}

const renderPart: RenderPart = (part, { id }) => {
  rendered(`part ${id} ${part.type} ${"text" in part ? part.text.slice(0, 1) : ""}`)
  return "text" in part ? h("p", null, part.text) : h("pre", null, JSON.stringify(part))
}

function Parts({ session }: { readonly session: string }): ReactElement {
  return h(
    Chat,
    { session },
    h(Profiler, { id: "list", onRender: () => undefined }, h(ChatMessages, { renderPart })),
    h(ChatPermissions),
    h(ChatQueue),
    h(ChatComposer),
  )
}

/** Counts its own renderings, beside the messages. */
function Beside({ session }: { readonly session: string }): null {
  now["turn"] = useTurn(session)
  rendered("beside")
  return null
}

function Everything({ session }: { readonly session: string }): null {
  now["messages"] = useMessages(session).messages
  now["queue"] = useQueue(session).items
  now["permissions"] = usePermissions(session).requests
  now["all"] = useAllPermissions().requests
  now["events"] = useSessionEvents(session)
  now["session"] = useSession(session).session
  now["record"] = useCell(useHub().view(session).record)
  now["sessions"] = useSessions({ status: "all", sort: "created" }).sessions
  now["connection"] = useConnection().state
  now["outbox"] = useOutbox()
  now["service"] = useSessionService()
  // A message is in the queue or in the transcript, and never in both.
  const messages = new Set((now["messages"] as ReadonlyArray<{ readonly id: string }>).map(({ id }) => id))
  if ((now["queue"] as ReadonlyArray<{ readonly id: string }>).some(({ id }) => messages.has(id))) torn += 1
  rendered("everything")
  return null
}

const Row = memo(function Row({ id }: { readonly id: string }): ReactElement {
  const { session } = useSession(id)
  rendered(`row ${session?.label}`)
  return h("li", null, session?.label)
})

function List(): ReactElement {
  const ids = useSessionIds({ tag: "listed", sort: "created" })
  rendered("list")
  return h(
    "ul",
    null,
    ids.map((id) => h(Row, { key: id, id })),
  )
}

/** Sessions of the hub and of the outbox. */
function Offline(): ReactElement {
  now["outbox"] = useOutbox()
  const { sessions } = useSessions({ tag: "offline", sort: "created" })
  return h(
    "ul",
    null,
    sessions.map((session) => {
      const failure = "failure" in session ? session.failure?.message : undefined
      return h("li", { key: session.id, "data-pending": session.syncPending }, `${session.label}: ${failure ?? session.status}`)
    }),
  )
}

/** Slow enough that React gives way while it renders many of them. */
function Slow({ session, index }: { readonly session: string; readonly index: number }): ReactElement {
  const { messages } = useMessages(session)
  const end = performance.now() + 1
  while (performance.now() < end) rendered("slow")
  return h("i", { "data-slow": index }, JSON.stringify(messages).length)
}

function Tearing({ session }: { readonly session: string }): ReactElement {
  const [round, setRound] = useState(0)
  useLayoutEffect(() => {
    const shown = new Set([...document.querySelectorAll("[data-slow]")].map((one) => one.textContent))
    if (shown.size > 1) torn += 1
    const timer = setTimeout(() => startTransition(() => setRound(round + 1)), 5)
    return () => clearTimeout(timer)
  })
  const rows = Array.from({ length: 25 }, (_, index) => h(Slow, { key: `${round} ${index}`, session, index }))
  return h("section", { "data-round": round }, rows)
}

function Screen({ session }: { readonly session: string }): ReactElement {
  rendered("terminal")
  const onReady = (terminal: TerminalLike): void => void (now["terminal"] = terminal)
  const onRefused = (error: Error): void => void (now["refused"] = error.name)
  return h(Terminal, { session, terminal: Xterm, onReady, onRefused, style: { width: 700, height: 340, padding: 20 } })
}

const kinds: Readonly<Record<string, (props: { readonly session: string }) => ReactNode>> = {
  chat: ({ session }) => h("main", null, h(Parts, { session }), h(Beside, { session })),
  plain: ({ session }) => h(Chat, { session }),
  both: ({ session }) => h("main", null, h(Chat, { session }), h(Everything, { session })),
  offline: Offline,
  everything: Everything,
  list: List,
  tearing: Tearing,
  terminal: Screen,
}

/** Text of an emulator's screen, row by row. */
export function screenText(): string {
  const terminal = now["terminal"] as Xterm | undefined
  const { buffer } = terminal ?? {}
  if (buffer === undefined) return ""
  const rows = Array.from({ length: buffer.active.length }, (_, row) => buffer.active.getLine(row)?.translateToString(true) ?? "")
  return rows.join("\n").trimEnd()
}

/** How a page is mounted: with an outbox where it has a name. */
interface Mounted {
  readonly box?: string
  readonly hidden?: number
  readonly linger?: number
}

/** Connects with a key and shows one of the kinds, in StrictMode. */
export function mount(url: string, token: string, { box, ...options }: Mounted = {}) {
  const client = connect(url, { token, name: "page", WebSocket: Watched, backoff: { first: 20, most: 100 } })
  client.connection.onState(({ _tag }) => states.push(_tag))
  const root = createRoot(document.body.appendChild(document.createElement("div")))
  const outbox = box === undefined ? {} : { outbox: () => openOutbox({ name: box, send: sendOnConnection(client.connection) }) }
  const provided = (child: ReactNode): ReactElement =>
    h(StrictMode, null, h(HoldfastProvider, { client, ...options, ...outbox }, child))
  root.render(provided(null))
  return {
    client,
    show: (kind: string, session: string) => {
      const Kind = kinds[kind]
      root.render(provided(Kind === undefined ? null : h(Kind, { session })))
    },
    hide: () => root.render(provided(null)),
  }
}

/** A second person at a session. */
export function visit(url: string, token: string, session: string): () => void {
  const client = connect(url, { token, name: "visitor" })
  void client.attach(session, { mode: "viewer" }).consume(() => undefined)
  return () => client.close()
}

/** What of a server's rendering did not fit. */
export const problems: Array<string> = []

/** Renders a chat as a server does, and continues it in the page. */
export function hydrate(url: string, token: string, session: string): void {
  const app = (connected: () => ReturnType<typeof connect>): ReactElement =>
    h(HoldfastProvider, { client: connected }, h("main", null, h(Chat, { session }), h(List)))
  const place = document.body.appendChild(document.createElement("div"))
  place.innerHTML = renderToString(
    app(() => {
      throw new Error("a server must not connect")
    }),
  )
  const onRecoverableError = (error: unknown): void => void problems.push(String(error))
  hydrateRoot(
    place,
    app(() => connect(url, { token, name: "hydrated" })),
    { onRecoverableError },
  )
}

export { now, renders, sent, states }

/** How often something was torn. */
export function tornCount(): number {
  return torn
}
