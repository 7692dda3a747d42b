import { expect, it } from "vitest"
import { MAX_COUNT, silenceViewer } from "../../src/terminal/silence-viewer.ts"

const silenced = (cursorX = 0, cursorY = 0) => {
  const csi = new Map<string, (params: ReadonlyArray<number | ReadonlyArray<number>>) => boolean>()
  const osc = new Map<number, (data: string) => boolean>()
  const dcs = new Set<string>()
  silenceViewer({
    cols: 80,
    buffer: { active: { cursorX, cursorY, length: 24 } },
    parser: {
      registerCsiHandler: (id, handler) => csi.set(`${id.prefix ?? ""}${id.intermediates ?? ""}${id.final}`, handler),
      registerDcsHandler: (id) => dcs.add(`${id.intermediates ?? ""}${id.final}`),
      registerOscHandler: (id, handler) => osc.set(id, handler),
    },
  })
  return { csi, osc, dcs }
}

it("C-7 trap:18 a viewer handles every question itself and answers none", () => {
  const { csi, dcs } = silenced()
  for (const id of ["c", ">c", "=c", "n", "?n", "$p", "?$p", ">q", "?u"]) expect(csi.get(id)?.([0])).toBe(true)
  expect([...dcs].sort()).toEqual(["$q", "+q"])
})

it("C-7 colours are set by output and never reported", () => {
  const { osc } = silenced()
  expect(osc.get(11)?.("?")).toBe(true)
  expect(osc.get(4)?.("1;?")).toBe(true)
  expect(osc.get(11)?.("rgb:00/00/00")).toBe(false)
})

it("T-3 counts that would hold the library are not carried out, others are", () => {
  const { csi } = silenced()
  expect(csi.get("S")?.([MAX_COUNT + 1])).toBe(true)
  expect(csi.get("S")?.([[3]])).toBe(false)
  expect(csi.get("b")?.([])).toBe(false)
})

it("T-3 erasing up to the last cell where the library would throw is left out", () => {
  expect(silenced(80, 23).csi.get("J")?.([1])).toBe(true)
  expect(silenced(79, 22).csi.get("J")?.([1])).toBe(false)
  expect(silenced(80, 23).csi.get("J")?.([2])).toBe(false)
})
