import { describe, expect, it } from "vitest"
import { CommentStore } from "../../src/panes/changes/comment-store.ts"
import { COMMENTS_MAX, isFull, type LineComment } from "../../src/panes/changes/comments.ts"
import { sendComments } from "../../src/panes/changes/send-comments.ts"

const comment = (id: string, text = "Why?"): LineComment => ({
  id,
  path: "a.ts",
  side: "new",
  from: 1,
  to: 1,
  code: ["x"],
  text,
})

/** The storage of a browser, the same for its tabs. */
function storage() {
  const kept = new Map<string, string>()
  return {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
    removeItem: (name: string) => void kept.delete(name),
  }
}

function sender() {
  const stored: Array<PromiseWithResolvers<void>> = []
  const sent: Array<{ readonly text: string; readonly id: string }> = []
  const send = (_session: string, { text = "" }: { readonly text?: string }, { id = "" }: { readonly id?: string } = {}) => {
    const next = Promise.withResolvers<void>()
    stored.push(next)
    sent.push({ text, id })
    return { id, stored: next.promise, done: new Promise<never>(() => undefined) }
  }
  const hub = { agents: { send: () => Promise.reject(new Error("there is an outbox")) } }
  return { to: { box: { send }, hub }, stored, sent }
}

describe("sending comments", () => {
  it("APP-64 is done once, however often it is asked for, and what is written meanwhile stays", async () => {
    const comments = new CommentStore(storage)
    const shared = storage()
    const own = new CommentStore(() => shared)
    expect(comments.of("s")).toEqual([])
    own.put("s", [comment("1"), comment("2")])
    const { to, stored, sent } = sender()
    const [first, second] = [sendComments(to, own, "s"), sendComments(to, own, "s")]
    own.put("s", [comment("1"), comment("2", "Why two?"), comment("3")])
    stored[0]?.resolve()
    expect(await Promise.all([first, second])).toEqual([2, 2])
    expect(sent).toHaveLength(1)
    expect(own.of("s").map(({ id }) => id)).toEqual(["2", "3"])
  })

  it("APP-64 has one key for the same comments, after a failure and in another tab", async () => {
    const shared = storage()
    const [one, other] = [new CommentStore(() => shared), new CommentStore(() => shared)]
    one.put("s", [comment("1"), comment("2")])
    const { to, stored, sent } = sender()
    const failing = sendComments(to, one, "s")
    stored[0]?.reject(new Error("full"))
    await expect(failing).rejects.toThrow("full")
    expect(one.of("s")).toHaveLength(2)
    const again = sendComments(to, other, "s")
    stored[1]?.resolve()
    await again
    one.put("s", [comment("1", "Another")])
    const third = sendComments(to, one, "s")
    stored[2]?.resolve()
    await third
    const keys = sent.map(({ id }) => id)
    expect(keys[1]).toBe(keys[0])
    expect(keys[2]).not.toBe(keys[0])
    for (const key of keys) expect(key).toMatch(/^[\x21-\x7e]{1,200}$/)
  })

  it("APP-65 what another tab has sent is not here any more, also while this one did not listen", () => {
    const shared = storage()
    const [one, other] = [new CommentStore(() => shared), new CommentStore(() => shared)]
    one.put("s", [comment("1")])
    const end = one.subscribe(() => undefined)
    expect(one.of("s")).toHaveLength(1)
    expect(one.of("s")).toBe(one.of("s"))
    end()
    other.put("s", [])
    expect(one.of("s")).toEqual([])
  })

  it("APP-65 a page that keeps nothing has them as long as it lasts", () => {
    const refuse = (): never => {
      throw new Error("storage is switched off")
    }
    const comments = new CommentStore(refuse)
    comments.put("s", [comment("1")])
    expect(comments.of("s")).toHaveLength(1)
  })

  it("APP-65 says that no more are taken before one is lost", () => {
    const many = Array.from({ length: COMMENTS_MAX }, (_, at) => comment(`${at}`))
    expect([isFull(many.slice(1)), isFull(many)]).toEqual([false, true])
  })
})
