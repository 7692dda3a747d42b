import { afterEach, expect, it, vi } from "vitest"
import type { HubModel } from "@holdfast/client/model"
import { reduceLayout } from "@holdfast/core/layout/reduce"
import { EMPTY_LAYOUT } from "@holdfast/core/layout/tree"
import { PROTOCOL_VERSION } from "@holdfast/protocol/version"
import { ageOf, ViewKeeper, viewAges } from "../src/app/kept-views.ts"
import { Store } from "../src/ui/store.ts"
import { holdPane, noteMarkBefore, takeMarkBefore } from "../src/notifications/shown.ts"

afterEach(() => vi.unstubAllGlobals())

/** A view as far as its keeper reads it. */
const viewOf = (tag: string, record?: object) => ({
  record: new Store(record),
  status: new Store({ _tag: tag }),
  restore: vi.fn(),
  save: () => ({ seq: 2 }),
})

it("APP-6 the age of a transcript ends once it is of this moment, also where another view shows it by then", async () => {
  vi.stubGlobal("document", { addEventListener: () => undefined, removeEventListener: () => undefined })
  vi.stubGlobal("addEventListener", () => undefined)
  vi.stubGlobal("removeEventListener", () => undefined)
  const open = reduceLayout(EMPTY_LAYOUT, { do: "open", shown: { what: "session", session: "s" } })
  const state = new Store(open)
  const layout = {
    state,
    get latest() {
      return state.get()
    },
  }
  let view = viewOf("Attaching")
  const put = vi.fn(() => Promise.resolve())
  const get = () => Promise.resolve({ protocol: PROTOCOL_VERSION, at: 7, value: {} })
  const hub = { desk: { layout }, view: () => view } as unknown as HubModel
  const end = new ViewKeeper(hub, () => Promise.resolve({ get, put } as never)).start()
  await vi.waitFor(() => expect(viewAges.get().get("s")).toBe(7))
  expect(view.restore).toHaveBeenCalledOnce()
  expect(ageOf(viewAges.get(), "s", { _tag: "Attaching" } as never)).toBe(7)
  // The model has dropped that view; the next one is attached.
  view = viewOf("Live", { lastSeq: 2, lastActiveAt: 1 })
  expect(ageOf(viewAges.get(), "s", { _tag: "Live" } as never)).toBeUndefined()
  state.set(EMPTY_LAYOUT)
  await vi.waitFor(() => expect(put).toHaveBeenCalledOnce())
  expect(viewAges.get().size).toBe(0)
  end()
})

it("APP-38 the mark of before is that of this visit: it goes with the last pane, asked for or not", () => {
  const [one, other] = [holdPane("s"), holdPane("s")]
  noteMarkBefore("s", 3)
  noteMarkBefore("s", 9)
  one()
  expect(takeMarkBefore("s")).toBe(3)
  noteMarkBefore("s", 9)
  other()
  expect(takeMarkBefore("s")).toBeUndefined()
})
