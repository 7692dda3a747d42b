import { describe, expect, it } from "vitest"
import { attach, isTaken, mediaTypeOf } from "../../src/dock/attachments.ts"
import { commandsFor, completed, triggerAt } from "../../src/dock/completion.ts"
import { appended, draftToShow } from "../../src/dock/draft-state.ts"
import { attachedOf, filePartOf } from "../../src/dock/file-parts.ts"
import { sentWords } from "../../src/dock/history.ts"
import { holdWords, untilText } from "../../src/dock/hold-words.ts"
import { type FieldState, fieldAct, type Press } from "../../src/dock/keys.ts"
import { bodyOf, filesOf, lineOf, textOf } from "../../src/dock/message-parts.ts"
import { inOrder, moved, placeAt, waitingIds } from "../../src/dock/queue-order.ts"
import { sendChoices } from "../../src/dock/send-modes.ts"
import { stopWords } from "../../src/dock/stop-words.ts"
import { sizeText } from "../../src/ui/size.ts"
import { contextOf, costText } from "../../src/ui/usage.ts"
import { isInputMethod } from "../../src/ui/input-method.ts"

const file = (name: string, type: string, size: number): File => new File([new Uint8Array(size)], name, { type })

describe("sending", () => {
  const words = (situation: Parameters<typeof sendChoices>[0]): ReadonlyArray<string | undefined> => {
    const { first, second, all } = sendChoices(situation)
    return [first.words, second?.words, ...all.map((one) => one.mode)]
  }
  const streaming = { status: "streaming" } as const

  it("APP-47 names what sending does now", () => {
    expect(words({ turn: { status: "idle" }, steers: true, isConnected: true })).toEqual(["Send", undefined, "queue"])
    expect(words({ turn: streaming, steers: true, isConnected: true })).toEqual(["Queue", "Steer", "queue", "steer", "interrupt"])
    expect(words({ turn: streaming, steers: false, isConnected: true })).toEqual([
      "Queue",
      "Interrupt and send",
      "queue",
      "interrupt",
    ])
    expect(words({ turn: { ...streaming, interrupting: true }, steers: true, isConnected: true })).toEqual([
      "Queue",
      undefined,
      "queue",
    ])
    expect(words({ turn: streaming, steers: true, isConnected: false })).toEqual(["Send when connected", undefined, "queue"])
  })

  const press = (key: string, more: Partial<Press> = {}): Press => ({
    key,
    shiftKey: false,
    altKey: false,
    ctrlKey: false,
    metaKey: false,
    isComposing: false,
    ...more,
  })
  const field = (more: Partial<FieldState> = {}): FieldState => ({
    text: "",
    caret: 0,
    isEditing: false,
    hasQueued: false,
    isInHistory: false,
    isTouch: false,
    ...more,
  })

  it("APP-42 APP-47 knows the Enter by which an input method takes a word, also where only its code says so", () => {
    for (const [isComposing, keyCode, isTaken] of [
      [true, 13, true],
      [false, 229, true],
      [false, 13, false],
    ] as const) {
      expect(isInputMethod({ isComposing, keyCode })).toBe(isTaken)
      expect(isInputMethod({ nativeEvent: { isComposing }, keyCode })).toBe(isTaken)
    }
  })

  it("APP-47 gives each key of the field its one meaning, and none while an input method is at work", () => {
    expect(fieldAct(press("Enter"), field({ text: "a" }))).toBe("send")
    expect(fieldAct(press("Enter", { ctrlKey: true }), field())).toBe("send-other")
    expect(fieldAct(press("Enter", { metaKey: true }), field())).toBe("send-other")
    expect(fieldAct(press("Enter", { shiftKey: true }), field())).toBeUndefined()
    expect(fieldAct(press("Enter", { altKey: true }), field({ text: "a" }))).toBe("steer")
    expect(fieldAct(press("Enter", { altKey: true, ctrlKey: true }), field({ text: "a" }))).toBeUndefined()
    expect(fieldAct(press("Enter", { isComposing: true }), field({ text: "にほ" }))).toBeUndefined()
    // A thumb's Enter makes a line; its button sends.
    expect(fieldAct(press("Enter"), field({ isTouch: true }))).toBeUndefined()
    expect(fieldAct(press("Enter"), field({ isEditing: true }))).toBe("save")
    expect(fieldAct(press("Escape"), field({ isEditing: true }))).toBe("leave-edit")
    expect(fieldAct(press("Escape"), field())).toBe("leave")
    expect(fieldAct(press("Escape", { isComposing: true }), field())).toBeUndefined()
    expect(fieldAct(press("ArrowUp"), field({ hasQueued: true }))).toBe("edit-last")
    expect(fieldAct(press("ArrowUp"), field())).toBe("older")
    expect(fieldAct(press("ArrowUp"), field({ text: "typed", caret: 0, hasQueued: true }))).toBeUndefined()
    expect(fieldAct(press("ArrowUp"), field({ text: "old", caret: 0, isInHistory: true }))).toBe("older")
    expect(fieldAct(press("ArrowDown"), field({ text: "old", caret: 3, isInHistory: true }))).toBe("newer")
    expect(fieldAct(press("ArrowDown"), field({ text: "old", caret: 1, isInHistory: true }))).toBeUndefined()
  })

  it("brings back what this person wrote, the last first, each once", () => {
    const said = (role: "user" | "assistant", text: string) =>
      ({ id: text, role, parts: [{ type: "text", text }], createdAt: 1 }) as const
    expect(
      sentWords([said("user", "one"), said("assistant", "no"), said("user", "two"), said("user", "one"), said("user", " ")]),
    ).toEqual(["one", "two"])
  })
})

describe("files of a message", () => {
  const id = (): string => "id"

  it("APP-48 refuses what does not fit or is not taken before anything is sent, with why", () => {
    const { taken, problems } = attach(
      [],
      [
        file("a.png", "image/png", 10),
        file("main.ts", "video/mp2t", 10),
        file("photo.heic", "image/heic", 10),
        file("film.mp4", "video/mp4", 10),
        file("nothing.txt", "text/plain", 0),
        file("large.pdf", "application/pdf", 6 * 1024 * 1024),
      ],
      id,
    )
    expect(taken.map(({ name, mediaType }) => [name, mediaType])).toEqual([
      ["a.png", "image/png"],
      ["main.ts", "text/plain"],
    ])
    expect(problems).toEqual([
      "photo.heic is image/heic; agents take PNG, JPEG, GIF and WebP.",
      "film.mp4 is video/mp4, which agents do not take; put it into the session's directory and name it with @.",
      "nothing.txt is empty.",
      "large.pdf has 6 MB together with the 20 bytes that are attached; a message takes 5 MB.",
    ])
    expect(attach(taken, [file("more.png", "image/png", 5 * 1024 * 1024)], id).problems).toHaveLength(1)
  })

  it("knows types and sizes", () => {
    expect(mediaTypeOf({ name: "x", type: "" })).toBe("application/octet-stream")
    expect(mediaTypeOf({ name: "notes.md", type: "" })).toBe("text/plain")
    expect(mediaTypeOf({ name: "page", type: "text/html;charset=utf-8" })).toBe("text/html")
    expect(isTaken("application/vnd.api+json")).toBe(true)
    expect([12, 2048, 5 * 1024 * 1024, 1_500_000].map(sizeText)).toEqual(["12 bytes", "2 KB", "5 MB", "1.4 MB"])
  })

  it("sends bytes as they are, and takes them back the same", async () => {
    const bytes = Uint8Array.from({ length: 70_000 }, (_, at) => at % 251)
    const blob = new Blob([bytes], { type: "image/png" })
    const part = await filePartOf({ id: "1", name: "b.png", mediaType: "image/png", blob })
    const back = attachedOf(part, "2")
    expect(new Uint8Array((await back?.blob.arrayBuffer()) ?? new ArrayBuffer())).toEqual(bytes)
    const body = await bodyOf("look", [{ id: "1", name: "b.png", mediaType: "image/png", blob }])
    expect(body.parts?.map(({ type }) => type)).toEqual(["file", "text"])
    expect(textOf(body.parts ?? [])).toBe("look")
    expect(lineOf(body.parts ?? [])).toBe("look · b.png")
    expect(filesOf(body.parts ?? [], "k").map(({ id }) => id)).toEqual(["k-0"])
    expect(await bodyOf("words", [])).toEqual({ text: "words" })
  })
})

describe("completion", () => {
  it("begins after @ at the beginning of a word, and after / at the beginning of the message", () => {
    expect(triggerAt("see @src/m", 10)).toEqual({ kind: "file", query: "src/m", from: 4, to: 10 })
    expect(triggerAt("(@a", 3)).toMatchObject({ kind: "file", query: "a" })
    expect(triggerAt("mail ann@example.org", 20)).toBeUndefined()
    expect(triggerAt("/com", 4)).toEqual({ kind: "command", query: "com", from: 0, to: 4 })
    expect(triggerAt("/usr/bin", 8)).toBeUndefined()
    expect(triggerAt("a /com", 6)).toBeUndefined()
    expect(triggerAt("@a b", 4)).toBeUndefined()
  })

  it("puts the choice in, with one blank behind, and a directory without", () => {
    const at = triggerAt("see @sr now", 7)
    expect(at === undefined ? at : completed("see @sr now", at, "src/main.ts")).toEqual({
      text: "see @src/main.ts now",
      caret: 17,
    })
    const open = triggerAt("@sr", 3)
    expect(open === undefined ? open : completed("@sr", open, "src/")).toEqual({ text: "@src/", caret: 5 })
    expect(open === undefined ? open : completed("@sr", open, "a b.txt")).toEqual({ text: '@"a b.txt" ', caret: 11 })
  })

  it("finds commands by their beginning first", () => {
    const commands = ["/review", "compact", "context", "precompact"].map((name) => ({ name }))
    expect(commandsFor(commands, "co").map(({ name }) => name)).toEqual(["compact", "context", "precompact"])
    expect(commandsFor(commands, "")).toHaveLength(4)
  })
})

describe("drafts", () => {
  it("APP-48 shows what the hub does not have; otherwise the hub says what there is", () => {
    const draft = { session: "s", text: "typed", files: [], time: 1 }
    expect(draftToShow({ ...draft, isSaved: false })).toBe("typed")
    expect(draftToShow({ ...draft, isSaved: true })).toBeUndefined()
    expect(draftToShow(undefined)).toBeUndefined()
  })

  it("APP-44 puts words that come back behind those that are there, once", () => {
    expect(appended("", "back")).toBe("back")
    expect(appended("mine\n", "back")).toBe("mine\n\nback")
    expect(appended("mine\n\nback", "back")).toBe("mine\n\nback")
    expect(appended("back\n\nmine\n", "back\n")).toBe("back\n\nmine\n")
    expect(appended("mine", "")).toBe("mine")
  })

  it("APP-44 puts words back that are only a part of those that are there", () => {
    expect(appended("I do not know", "no")).toBe("I do not know\n\nno")
    expect(appended("one\ntwo", "two")).toBe("one\ntwo\n\ntwo")
    expect(appended("one\n\ntwo three", "one\n\ntwo")).toBe("one\n\ntwo three\n\none\n\ntwo")
  })
})

describe("the queue", () => {
  const item = (id: string, status: "waiting" | "sent" = "waiting") =>
    ({ id, status, parts: [], mode: "queue", by: "ann", at: 1, bytes: 2, seq: 1 }) as const

  it("APP-49 moves one message among those that wait, and shows the order before the hub has it", () => {
    const items = [item("s", "sent"), item("a"), item("b"), item("c")]
    expect(waitingIds(items)).toEqual(["a", "b", "c"])
    expect(moved(["a", "b", "c"], "c", 0)).toEqual(["c", "a", "b"])
    expect(moved(["a", "b", "c"], "a", 9)).toEqual(["b", "c", "a"])
    const same = ["a", "b"]
    expect(moved(same, "a", -1)).toBe(same)
    expect(moved(same, "gone", 0)).toBe(same)
    expect(inOrder(items, ["c", "a"]).map(({ id }) => id)).toEqual(["s", "c", "a", "b"])
    expect([placeAt([10, 30, 50], 5), placeAt([10, 30, 50], 31), placeAt([10, 30, 50], 90)]).toEqual([0, 2, 3])
  })

  it("says why it is held and until when", () => {
    expect(holdWords({ reason: "usage-limit", message: "Resets at 5.", until: 5, continues: true })).toEqual({
      words: "The provider's usage limit is reached. Resets at 5.",
      until: 5,
      release: "Try now",
    })
    expect(holdWords({ reason: "interrupted" })).toMatchObject({ until: undefined, release: "Continue" })
    expect([4_000, 90_000, 3_600_000, 7_500_000, 0].map((left) => untilText(left, 0))).toEqual([
      "4 s",
      "2 min",
      "1 h",
      "2 h 5 min",
      "",
    ])
  })

  it("says what stopping does: an interrupt, then the end of the process", () => {
    expect(stopWords({ status: "idle" }, undefined, 0)).toBeUndefined()
    expect(stopWords({ status: "streaming" }, undefined, 0)).toMatchObject({ words: "Stop", isStopping: false })
    expect(stopWords({ status: "streaming", interrupting: true }, 0, 4000)).toMatchObject({ words: "Stopping, 6 s" })
    expect(stopWords({ status: "streaming", interrupting: true }, 0, 11_000)).toMatchObject({ words: "Ending its process" })
  })

  it("says how full the context is and what it cost", () => {
    expect(contextOf({})).toBeUndefined()
    expect(contextOf({ contextUsed: 76_000, contextWindow: 200_000 })).toEqual({
      part: 0.38,
      words: "38 %",
      title: "Context: 76,000 of 200,000 tokens",
    })
    expect([costText(undefined), costText(0), costText(0.001), costText(0.41)]).toEqual([
      undefined,
      undefined,
      "< $0.01",
      "$0.41",
    ])
  })
})
