import { describe, expect, it } from "vitest"
import { sentence } from "../../src/app/sentence.ts"
import { beginEdit, saveEdit, savingEdits } from "../../src/dock/queue-edits.ts"
import { takeFiles } from "../../src/dock/take-files.ts"
import { Browser, draftIn } from "./drafts.ts"

const editing = (id: string, text = id) => ({ id, before: text, text, files: [] })

/** A draft in which A was edited and is being saved, and B was opened meanwhile. */
function twoEdits() {
  const draft = draftIn(new Browser())
  const hub = Promise.withResolvers<void>()
  beginEdit(draft, editing("A"))
  draft.setEditing({ ...editing("A"), text: "A changed" })
  const saved = saveEdit(draft, () => hub.promise)
  const begun = beginEdit(draft, editing("B"))
  draft.setEditing({ ...editing("B"), text: "B typed" })
  return { draft, hub, saved, begun }
}

describe("edits of queued messages", () => {
  it("APP-49 one that was saved leaves another one that was begun meanwhile as it is", async () => {
    const { draft, hub, saved, begun } = twoEdits()
    // What is being saved is not given back as well.
    expect(begun).toEqual({ told: undefined })
    expect(savingEdits.get().has("A")).toBe(true)
    expect(beginEdit(draft, editing("A"))).toBe(false)
    hub.resolve()
    expect(await saved).toEqual({ told: undefined })
    expect(draft.state.get()).toMatchObject({ text: "", editing: { id: "B", text: "B typed" } })
    expect(savingEdits.get().size).toBe(0)
  })

  it("APP-49 one that came too late gives back its own words, and leaves the other one as it is", async () => {
    const { draft, hub, saved } = twoEdits()
    hub.reject(new Error("The agent has it already."))
    expect(await saved).toEqual({ told: "The agent has it already. Your changed words are in the next message." })
    await draft.write()
    expect(draft.state.get()).toMatchObject({ text: "A changed", editing: { id: "B", text: "B typed" } })
  })

  it("APP-49 what is typed while one is saved is still to be saved, and is given back where another one is begun", async () => {
    const draft = draftIn(new Browser())
    beginEdit(draft, editing("A"))
    draft.setEditing({ ...editing("A"), text: "A1" })
    const hub = Promise.withResolvers<void>()
    const saved = saveEdit(draft, () => hub.promise)
    expect(await saveEdit(draft, () => Promise.reject(new Error("saved twice")))).toBe(false)
    draft.setEditing({ ...editing("A"), text: "A12" })
    hub.resolve()
    await saved
    expect(draft.state.get().editing).toMatchObject({ id: "A", before: "A1", text: "A12" })
    expect(beginEdit(draft, editing("B"))).toMatchObject({ told: expect.any(String) })
    await draft.write()
    expect(draft.state.get()).toMatchObject({ text: "A12", editing: { id: "B" } })
  })

  it("APP-49 what failed is said as a sentence with one end", async () => {
    const draft = draftIn(new Browser())
    beginEdit(draft, editing("A"))
    expect(await saveEdit(draft, () => Promise.reject(new Error("It is sent")))).toEqual({
      told: "It is sent. Your changed words are here.",
    })
    expect([sentence("Gone."), sentence("Gone"), sentence("Why? ")]).toEqual(["Gone.", "Gone.", "Why?"])
  })

  it("APP-49 takes no files, which would go into a message that is not in sight", async () => {
    const draft = draftIn(new Browser())
    beginEdit(draft, editing("A"))
    const told: Array<string | undefined> = []
    await takeFiles({ draft: { kept: draft }, tell: (one) => void told.push(one) }, [
      new File(["x"], "a.png", { type: "image/png" }),
    ])
    expect(draft.state.get().files).toEqual([])
    expect(told).toEqual([expect.stringContaining("Not attached")])
  })
})
