import { describe, expect, it, vi } from "vitest"
import type { Sent } from "@holdfast/protocol/agent/message"
import { joined, merged } from "../../src/dock/draft-state.ts"
import type { Attached } from "../../src/dock/file-parts.ts"
import { wordsOf } from "../../src/dock/message-parts.ts"
import { sendDraft, type Senders } from "../../src/dock/send-draft.ts"
import { SessionDraft } from "../../src/dock/SessionDraft.ts"
import { queueAgain } from "../../src/dock/take-back.ts"
import { Browser, DraftHub, draftIn, ends, file, idsOf, model, SESSION } from "./drafts.ts"

/** An outbox that stores what it is given when it is told to. */
function outbox() {
  const stored: Array<PromiseWithResolvers<void>> = []
  const sent: Array<{ readonly body: object; readonly id: string | undefined }> = []
  const send = (_session: string, body: object, options?: { readonly id?: string }) => {
    const next = Promise.withResolvers<void>()
    stored.push(next)
    sent.push({ body, id: options?.id })
    return { id: options?.id ?? "", stored: next.promise, done: new Promise<Sent>(() => undefined) }
  }
  const senders: Senders = { hub: { box: { send } }, service: { send: () => Promise.reject(new Error("there is an outbox")) } }
  return { senders, stored, sent }
}

describe("words that are being sent", () => {
  it("APP-48 are out of the field at once, so that what is typed meanwhile is not wiped", async () => {
    const browser = new Browser()
    const draft = draftIn(browser)
    const { senders, stored, sent } = outbox()
    draft.setText("first")
    draft.setFiles(() => [file("a")])
    const sending = sendDraft(draft, SESSION, "queue", senders)
    expect(draft.state.get()).toMatchObject({ text: "", files: [] })
    await draft.write()
    expect(browser.kept.get(SESSION)?.sending).toMatchObject([{ text: "first", files: [{ id: "a" }] }])
    draft.setText("second")
    draft.setFiles(() => [file("b")])
    await vi.waitFor(() => expect(sent).toHaveLength(1))
    stored[0]?.resolve()
    expect(await sending).toBe(true)
    await draft.write()
    expect(draft.state.get()).toMatchObject({ text: "second" })
    expect(idsOf(draft.state.get().files)).toEqual(["b"])
    expect(browser.kept.get(SESSION)).toMatchObject({ text: "second", files: [{ id: "b" }], sending: [] })
  })

  it("APP-48 come back in front of what was typed since, and go under the same key as long as they are the same", async () => {
    const draft = draftIn(new Browser())
    const { senders, stored, sent } = outbox()
    const fail = async (mode: "queue" | "steer"): Promise<void> => {
      const count = sent.length
      const sending = sendDraft(draft, SESSION, mode, senders)
      await vi.waitFor(() => expect(sent.length).toBe(count + 1))
      stored.at(-1)?.reject(new Error("full"))
      await expect(sending).rejects.toThrow("full")
    }
    draft.setText("words")
    await fail("queue")
    expect(draft.state.get()).toMatchObject({ text: "words" })
    await fail("queue")
    await fail("steer")
    draft.setFiles(() => [file("a")])
    await fail("steer")
    const [one, two, steered, other] = sent.map(({ id }) => id)
    expect(two).toBe(one)
    expect(new Set([one, steered, other]).size).toBe(3)
    const sending = sendDraft(draft, SESSION, "queue", senders)
    draft.setText("words since")
    await vi.waitFor(() => expect(stored).toHaveLength(5))
    stored.at(-1)?.reject(new Error("full"))
    await expect(sending).rejects.toThrow("full")
    expect(draft.state.get().text).toBe("words\n\nwords since")
    expect(idsOf(draft.state.get().files)).toEqual(["a"])
  })

  it("APP-48 are sent once, however often Enter is pressed", async () => {
    const draft = draftIn(new Browser())
    const { senders, stored, sent } = outbox()
    draft.setText("once")
    const presses = Array.from({ length: 5 }, () => sendDraft(draft, SESSION, "queue", senders))
    await vi.waitFor(() => expect(sent).toHaveLength(1))
    stored[0]?.resolve()
    expect(await Promise.all(presses)).toEqual([true, false, false, false, false])
    expect(await sendDraft(draft, SESSION, "queue", senders)).toBe(false)
    expect(sent).toHaveLength(1)
  })

  it("APP-48 are sent in their order, and come back together and in order where the first cannot be sent", async () => {
    const draft = draftIn(new Browser())
    const { senders, stored, sent } = outbox()
    const say = (text: string): Promise<boolean> => {
      draft.setText(text)
      return sendDraft(draft, SESSION, "queue", senders)
    }
    const first = [say("one"), say("two"), say("three")]
    for (const count of [1, 2, 3]) {
      await vi.waitFor(() => expect(sent).toHaveLength(count))
      stored.at(-1)?.resolve()
    }
    expect(await Promise.all(first)).toEqual([true, true, true])
    expect(sent.map(({ body }) => body)).toMatchObject([{ text: "one" }, { text: "two" }, { text: "three" }])
    const then = Promise.allSettled([say("four"), say("five")])
    draft.setText("six")
    await vi.waitFor(() => expect(sent).toHaveLength(4))
    stored.at(-1)?.reject(new Error("full"))
    expect((await then).map(({ status }) => status)).toEqual(["rejected", "fulfilled"])
    expect(sent).toHaveLength(4)
    expect(draft.state.get().text).toBe("four\n\nfive\n\nsix")
  })

  it("APP-48 are there again after the page was killed, under their key, unless the outbox has them", async () => {
    const browser = new Browser()
    const killed = draftIn(browser)
    killed.setText("in between")
    killed.setFiles(() => [file("a")])
    const taken = killed.take("queue")
    await killed.write()
    const again = draftIn(browser)
    await again.isRead
    expect(again.state.get().text).toBe("in between")
    expect(idsOf(again.state.get().files)).toEqual(["a"])
    expect(again.take("queue")?.id).toBe(taken?.id)
    const stored = draftIn(browser, (key) => key === taken?.id)
    await stored.isRead
    expect(stored.state.get()).toMatchObject({ text: "", files: [] })
  })
})

describe("a draft that is kept", () => {
  const keep = async (browser: Browser, text: string, files: ReadonlyArray<Attached> = []): Promise<void> => {
    const before = draftIn(browser)
    before.setText(text)
    before.setFiles(() => files)
    await before.write()
    ends.pop()?.()
  }

  it("APP-48 is added to what is typed before it was read", async () => {
    const browser = new Browser()
    await keep(browser, "kept", [file("a")])
    const answers = Promise.withResolvers<void>()
    browser.answers = answers.promise
    const draft = draftIn(browser)
    draft.setText("early")
    draft.setFiles((files) => [...files, file("b")])
    const writing = draft.write()
    expect(browser.kept.get(SESSION)?.text).toBe("kept")
    answers.resolve()
    await writing
    expect(draft.state.get().text).toBe("kept\n\nearly")
    expect(idsOf(draft.state.get().files)).toEqual(["a", "b"])
    expect(idsOf(browser.kept.get(SESSION)?.files ?? [])).toEqual(["a", "b"])
  })

  it("APP-48 has the files that each tab attached, and not those that one took off", async () => {
    const browser = new Browser()
    const [one, other] = [draftIn(browser), draftIn(browser)]
    await Promise.all([one.isRead, other.isRead])
    one.setFiles(() => [file("a"), file("b")])
    await one.write()
    other.setText("typed in the other tab")
    await other.write()
    expect(idsOf(browser.kept.get(SESSION)?.files ?? [])).toEqual(["a", "b"])
    await vi.waitFor(() => expect(idsOf(other.state.get().files)).toEqual(["a", "b"]))
    other.setFiles((files) => files.filter(({ id }) => id !== "a"))
    one.setFiles((files) => [...files, file("c")])
    await Promise.all([other.write(), one.write()])
    expect(idsOf(browser.kept.get(SESSION)?.files ?? [])).toEqual(["b", "c"])
    await vi.waitFor(() => expect(idsOf(one.state.get().files)).toEqual(["b", "c"]))
    await vi.waitFor(() => expect(idsOf(other.state.get().files)).toEqual(["b", "c"]))
  })

  it("APP-48 leaves every tab once one has sent it, however far that had typed on, and stays where something else was typed", async () => {
    const browser = new Browser()
    await keep(browser, "hel")
    const [one, same, author, typedOn] = [draftIn(browser), draftIn(browser), draftIn(browser), draftIn(browser)]
    await Promise.all([one, same, author, typedOn].map((draft) => draft.isRead))
    author.setText("hel")
    typedOn.setText("hel, or not")
    one.setText("hello")
    const { senders, stored } = outbox()
    const sending = sendDraft(one, SESSION, "queue", senders)
    await vi.waitFor(() => expect(stored).toHaveLength(1))
    expect(same.state.get().text).toBe("hel")
    stored[0]?.resolve()
    await sending
    expect([one, same, author, typedOn].map((draft) => draft.state.get().text)).toEqual(["", "", "", "hel, or not"])
    // Nothing of it is kept again by a tab that has only shown it.
    await Promise.all([same.write(), author.write()])
    expect(await sendDraft(same, SESSION, "queue", senders)).toBe(false)
    same.setText("next")
    expect(same.state.get().text).toBe("next")
  })

  it("APP-48 keeps words of its own or of another device when another tab sends other ones, also after a reload", async () => {
    const browser = new Browser()
    const sender = draftIn(browser)
    const before = draftIn(browser)
    await Promise.all([sender.isRead, before.isRead])
    before.setText("other words")
    await before.write()
    ends.pop()?.()
    const again = draftIn(browser)
    const hub = new DraftHub()
    const [phone, shown] = [hub.model().desk.draft(SESSION), hub.model()]
    phone.set({ text: "from the phone" })
    await phone.flush()
    const elsewhere = new Browser()
    const [device, teller] = [draftIn(elsewhere, () => false, shown), draftIn(elsewhere)]
    await Promise.all([again.isRead, shown.desk.draft(SESSION).load()])
    await vi.waitFor(() => expect(device.state.get().text).toBe("from the phone"))
    for (const draft of [sender, teller]) {
      draft.setText("hello")
      const taken = draft.take("queue")
      await draft.write()
      if (taken !== undefined) draft.sent(taken)
    }
    expect(again.state.get().text).toBe("other words")
    // They are kept again: the other tab has written over them.
    await again.write()
    expect(browser.kept.get(SESSION)?.text).toBe("other words")
    expect(device.state.get().text).toBe("from the phone")
  })

  it("APP-48 does not come back from a hub that has not heard yet that it was sent", async () => {
    const [browser, hub] = [new Browser(), new DraftHub()]
    const [one, other] = [hub.model(), hub.model()]
    const [sender, field] = [draftIn(browser, () => false, one), draftIn(browser, () => false, other)]
    await Promise.all([one.desk.draft(SESSION).load(), other.desk.draft(SESSION).load()])
    sender.setText("hello")
    await one.desk.draft(SESSION).flush()
    const look = async (): Promise<void> => {
      field.look()
      await other.desk.draft(SESSION).load()
      await Promise.resolve()
    }
    await vi.waitFor(async () => {
      await look()
      expect(field.state.get().text).toBe("hello")
    })
    const late = Promise.withResolvers<void>()
    hub.puts = late.promise
    const taken = sender.take("queue")
    if (taken !== undefined) sender.sent(taken)
    expect(field.state.get().text).toBe("")
    for (let at = 0; at < 3; at++) await look()
    expect(hub.text).toBe("hello")
    expect(field.state.get().text).toBe("")
    expect(field.take("queue")).toBeUndefined()
    late.resolve()
    await one.desk.draft(SESSION).flush()
    expect(hub.text).toBe("")
    await look()
    // From then on the same words are ones that were typed again.
    sender.setText("hello")
    await one.desk.draft(SESSION).flush()
    await vi.waitFor(async () => {
      await look()
      expect(field.state.get().text).toBe("hello")
    })
    // What goes out with the next words is not what was there before.
    field.setText("hello again")
    expect(field.take("queue")?.found).toBe("hello")
  })

  it("APP-49 has the edit of a queued message, too", async () => {
    const browser = new Browser()
    const before = draftIn(browser)
    before.setEditing({ id: "q", before: "old", text: "half chan", files: [] })
    await before.write()
    const again = draftIn(browser)
    await again.isRead
    expect(again.state.get().editing).toEqual({ id: "q", before: "old", text: "half chan", files: [] })
    again.setEditing(undefined)
    await again.write()
    expect(browser.kept.size).toBe(0)
  })

  it("APP-49 has words that were given back before whoever gave them learns so", async () => {
    const browser = new Browser()
    const draft = draftIn(browser)
    await draft.giveBack({ text: "refused", files: [file("a")] })
    expect(browser.kept.get(SESSION)).toMatchObject({ text: "refused", files: [{ id: "a" }] })
  })

  it("APP-49 has the files of a refused message once, also where two tabs give them back", async () => {
    const parts = ["a", "b"].map(
      (name) => ({ type: "file", mediaType: "image/png", filename: name, url: `data:image/png;base64,${btoa(name)}` }) as const,
    )
    const browser = new Browser()
    const tabs = [draftIn(browser), draftIn(browser)]
    await Promise.all(tabs.map((draft) => draft.giveBack(wordsOf([...parts, { type: "text", text: "look" }], "k"))))
    await vi.waitFor(() =>
      expect(tabs.map((draft) => idsOf(draft.state.get().files))).toEqual([
        ["k-0", "k-1"],
        ["k-0", "k-1"],
      ]),
    )
    await tabs[0]?.giveBack(wordsOf(parts, "k"))
    expect(browser.kept.get(SESSION)).toMatchObject({ text: "look", files: [{ name: "a" }, { name: "b" }] })
    expect(idsOf(browser.kept.get(SESSION)?.files ?? [])).toEqual(["k-0", "k-1"])
  })

  it("APP-48 goes to the session that the server has made", async () => {
    const [browser, hub] = [new Browser(), model()]
    const of = (id: string): SessionDraft =>
      new SessionDraft(id, { hub: () => hub.desk.draft(id), store: browser.tab(), isStored: () => false })
    const [before, after] = [of("new:1"), of("1")]
    before.setText("typed early")
    before.setFiles(() => [file("a")])
    await before.moveTo(after)
    expect(after.state.get()).toMatchObject({ text: "typed early", files: [{ id: "a" }] })
    expect([...browser.kept.keys()]).toEqual(["1"])
  })

  it("APP-48 joins words in their order, and changes of two tabs by what each did", () => {
    expect([joined("", "b"), joined("a", " "), joined("a\n", "b"), joined("run tests", "run")]).toEqual([
      "b",
      "a",
      "a\n\nb",
      "run tests\n\nrun",
    ])
    const [a, b, c] = ["a", "b", "c"].map((id) => ({ id })) as [{ id: string }, { id: string }, { id: string }]
    expect(merged([a, b], [a], [a, c])).toEqual([a, b, c])
    expect(merged([a, b], [a, b], [b])).toEqual([b])
    expect(merged([], [a], [a, b])).toEqual([b])
  })
})

describe("a message that was removed from the queue", () => {
  it("APP-49 comes back through the outbox, under one key", async () => {
    const { senders, stored, sent } = outbox()
    const parts = [{ type: "text", text: "again" }] as const
    const back = queueAgain(senders, SESSION, parts, "k")
    stored[0]?.resolve()
    await back
    expect(sent).toEqual([{ body: { parts, mode: "queue" }, id: "k" }])
  })
})
