import { createElement, type ReactElement } from "react"
import { renderToString } from "react-dom/server"
import { describe, expect, it } from "vitest"
import {
  Chat,
  HoldfastProvider,
  Terminal,
  useAllPermissions,
  useConnection,
  useDoing,
  useDraft,
  useLayout,
  useMessage,
  useMessageIds,
  useMessages,
  useOfflineMessages,
  useOutbox,
  usePart,
  usePermissions,
  useQueue,
  useSeen,
  useSession,
  useSessionEvents,
  useSessionIds,
  useSessions,
  useSessionService,
  useSessionStream,
  useTrace,
  useTurn,
  useUnread,
} from "@holdfast/react"

const SESSION = "00000000-0000-7000-8000-000000000001"

const neverHere = (): never => {
  throw new Error("a server must not connect")
}

const rendered = (child: ReactElement): string => renderToString(createElement(HoldfastProvider, { client: neverHere }, child))

/** Every hook, with what it gives before anything is known. */
const HOOKS: Readonly<Record<string, () => unknown>> = {
  useAllPermissions: () => useAllPermissions().requests,
  useConnection: () => useConnection().state,
  useDoing: () => useDoing(SESSION) ?? null,
  useDraft: () => useDraft(SESSION).value,
  useLayout: () => useLayout().layout,
  useMessage: () => useMessage(SESSION, "one") ?? null,
  useMessageIds: () => useMessageIds(SESSION),
  useMessages: () => useMessages(SESSION),
  useOfflineMessages: () => useOfflineMessages(SESSION),
  useOutbox: () => useOutbox(),
  usePart: () => usePart(SESSION, "one", 0) ?? null,
  usePermissions: () => usePermissions(SESSION).requests,
  useQueue: () => useQueue(SESSION),
  useSeen: () => useSeen(SESSION),
  useSession: () => useSession(SESSION),
  useSessionEvents: () => useSessionEvents(SESSION),
  useSessionIds: () => useSessionIds(),
  useSessions: () => useSessions(),
  useSessionService: () => Object.keys(useSessionService()).includes("create"),
  useSessionStream: () => useSessionStream(SESSION, { last: 7 }),
  useTrace: () => useTrace(SESSION) ?? null,
  useTurn: () => useTurn(SESSION),
  useUnread: () => useUnread(),
}

describe("rendering on a server", () => {
  it("U-9 gives every hook what is known before anything is, and connects to nothing", () => {
    const values: Record<string, unknown> = {}
    const All = (): null => {
      for (const [name, hook] of Object.entries(HOOKS)) values[name] = hook()
      return null
    }
    rendered(createElement(All))
    expect(JSON.parse(JSON.stringify(values))).toEqual({
      useAllPermissions: [],
      useConnection: { _tag: "Connecting" },
      useDoing: null,
      useDraft: { text: "" },
      useLayout: { root: { kind: "tile", id: "t1", tabs: [], active: 0 }, focus: "t1", next: 2 },
      useMessage: null,
      useMessageIds: { ids: [], older: "unknown" },
      useMessages: { messages: [], older: "unknown" },
      useOfflineMessages: [],
      useOutbox: {
        items: [],
        counts: { pending: 0, processing: 0, failed: 0, completed: 0 },
        isDurable: false,
        isAway: false,
      },
      usePart: null,
      usePermissions: [],
      useQueue: { items: [] },
      useSeen: { seq: 0, isUnread: false },
      useSession: { isLoading: true },
      useSessionEvents: { events: [], isConnected: false, status: { _tag: "Attaching" }, queue: [], turn: { status: "idle" } },
      useSessionIds: [],
      useSessions: { sessions: [], isLoading: true },
      useSessionService: true,
      useSessionStream: { events: [], isConnected: false },
      useTrace: null,
      useTurn: { status: "idle" },
      useUnread: [],
    })
  })

  it("U-9 renders the components, a terminal as the element that will hold it", () => {
    const chat = rendered(createElement(Chat, { session: SESSION }))
    expect(chat).toContain("<textarea")
    expect(chat).toContain('data-holdfast="messages"')
    const terminal = rendered(createElement(Terminal, { session: SESSION, className: "pane" }))
    expect(terminal).toBe('<div class="pane" data-holdfast="terminal"></div>')
  })

  it("U-9 says what is missing without a provider", () => {
    const Lost = (): null => {
      useSessions()
      return null
    }
    expect(() => renderToString(createElement(Lost))).toThrow("HoldfastProvider")
  })
})
