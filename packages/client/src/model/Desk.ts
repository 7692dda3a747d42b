/** What a person keeps at a hub, as a page shows and changes it: drafts, and the layout of this client (docs/protocol/rules.md, L-8, L-9, U-13). */
import { type LayoutAction, reduceLayout } from "@holdfast/core/layout/reduce"
import { readLayout } from "@holdfast/core/layout/read-layout"
import { EMPTY_LAYOUT, type Layout } from "@holdfast/core/layout/tree"
import type { ClientLayout } from "@holdfast/protocol/desk"
import type { Connection } from "../Connection.ts"
import { Cell } from "./cell.ts"
import type { Readable } from "./cell.ts"
import type { Frames } from "./frames.ts"
import { KeptValue } from "./KeptValue.ts"

/** Milliseconds from a key press, or a change of the layout, to its put. */
const DRAFT_DELAY = 300
const LAYOUT_DELAY = 500

/** Drafts that stay in memory. */
const DRAFTS_KEPT = 100

/** The text of a draft, and what the page keeps beside it. */
export interface DraftValue {
  readonly text: string
  readonly data?: unknown
}

/** The layout of another client, which can be taken over. */
export interface OfferedLayout extends Pick<ClientLayout, "client" | "name" | "time"> {
  readonly layout: Layout
}

const EMPTY_DRAFT: DraftValue = Object.freeze({ text: "" })
const NONE: ReadonlyArray<never> = Object.freeze([])

/** Drafts and layout of one client. */
export class Desk {
  /** How this client has arranged its panes. */
  readonly layout: KeptValue<Layout>
  readonly #frames: Frames
  readonly #connection: () => Connection
  readonly #drafts = new Map<string, KeptValue<DraftValue>>()
  readonly #offers: Cell<ReadonlyArray<OfferedLayout>>

  /** `name` is what other clients of this person are shown beside the layout. */
  constructor(frames: Frames, connection: () => Connection, name?: string) {
    this.#frames = frames
    this.#connection = connection
    this.#offers = new Cell<ReadonlyArray<OfferedLayout>>(frames, NONE)
    this.layout = new KeptValue<Layout>(
      frames,
      EMPTY_LAYOUT,
      {
        read: () => this.#readLayouts(),
        put: async (layout, version) => {
          const connection = await this.#online()
          const named = name === undefined ? {} : { name }
          return connection.call("layouts.put", { client: connection.client, layout: jsonOf(layout), version, ...named })
        },
      },
      LAYOUT_DELAY,
    )
  }

  /** The layouts of this person's other clients, the one that was changed last first. */
  get offers(): Readable<ReadonlyArray<OfferedLayout>> {
    return this.#offers
  }

  /** Changes the layout. */
  arrange(action: LayoutAction): void {
    const before = this.layout.latest
    const after = reduceLayout(before, action)
    if (after !== before) this.layout.set(after)
  }

  /** Takes over the layout of another client; from then on each has its own. */
  adopt({ layout }: OfferedLayout): void {
    this.layout.set(layout)
  }

  /** The draft of the next message to a session. */
  draft(session: string): KeptValue<DraftValue> {
    const known = this.#drafts.get(session)
    if (known !== undefined) return known
    const read = async () => {
      const { text, data, version, time } = await (await this.#online()).call("drafts.get", { session })
      const value: DraftValue = data === undefined ? { text } : { text, data }
      return version === 0 ? { version, time } : { value, version, time }
    }
    const put = async ({ text, data }: DraftValue, version: number) =>
      (await this.#online()).call("drafts.put", {
        session,
        text,
        version,
        ...(data === undefined ? {} : { data: jsonOf(data) }),
      })
    const made = new KeptValue(this.#frames, EMPTY_DRAFT, { read, put }, DRAFT_DELAY)
    this.#drafts.set(session, made)
    for (const [id, draft] of this.#drafts) {
      if (this.#drafts.size <= DRAFTS_KEPT) break
      if (draft !== made && draft.state.get().status !== "changed") this.#drafts.delete(id)
    }
    return made
  }

  /** The connection, once it is online: what is asked for while it is away waits. */
  async #online(): Promise<Connection> {
    const connection = this.#connection()
    await connection.online()
    return connection
  }

  async #readLayouts() {
    const connection = await this.#online()
    const { layouts } = await connection.call("layouts.list", {})
    const found = layouts.flatMap(({ client, name, version, time, layout: kept }) => {
      const layout = readLayout(kept)
      return layout === undefined ? [] : [{ client, version, time, layout, ...(name === undefined ? {} : { name }) }]
    })
    this.#offers.set(Object.freeze(found.filter(({ client }) => client !== connection.client)))
    const own = found.find(({ client }) => client === connection.client)
    return own === undefined ? { version: 0, time: 0 } : { value: own.layout, version: own.version, time: own.time }
  }
}

const jsonOf = <A>(value: A): never => JSON.parse(JSON.stringify(value)) as never
