/**
 * The draft of the next message to a session, one for the page wherever it is shown: at once what is typed, then in this browser, then on
 * the hub (docs/protocol/app-rules.md, APP-48).
 *
 * Invariant: what was typed is in one of the three until the hub or the outbox has the message. Words that are being sent are out of the
 * field and still kept, so what is typed meanwhile is the next message; they come back where they could not be sent.
 */
import type { DraftValue, HubModel, KeptValue } from "@holdfast/client/model"
import { Store } from "../ui/store.ts"
import type { Attached } from "./file-parts.ts"
import { appended, draftToShow, type Editing, joined, type KnownDraft, merged, type Taken, type Words } from "./draft-state.ts"
import { type DraftStore, draftStore, type SentWords } from "./draft-store.ts"

/** A draft as it is shown. */
export interface DraftState extends Words {
  readonly editing: Editing | undefined
}

/** What the hub keeps of a draft. */
export type HubDraft = Pick<KeptValue<DraftValue>, "state" | "latest" | "set" | "flush" | "follow" | "load">

/** What a draft stands on. */
export interface DraftParts {
  readonly hub: () => HubDraft
  readonly store: DraftStore
  /** Whether a message of this key is on its way already, as after a page was killed. */
  readonly isStored: (key: string) => boolean
}

/** Milliseconds from a key to the write in this browser. */
const DELAY = 300

const NO_FILES: ReadonlyArray<Attached> = Object.freeze([])
const NO_WORDS: ReadonlyArray<Taken> = Object.freeze([])

const newKey = (): string => crypto.randomUUID().replaceAll("-", "")

/** What the hub keeps beside the text: the names of files, which are in this browser. */
const dataOf = (files: ReadonlyArray<Attached>): { readonly data?: unknown } =>
  files.length === 0 ? {} : { data: { files: files.map(({ name }) => name) } }

const signOf = ({ text, files }: Words, mode: Taken["mode"]): string => JSON.stringify([text, files.map(({ id }) => id), mode])

/** Whether a text is what was sent, or how far it had been typed before. */
const isPartOf = (text: string, { text: sent, found }: SentWords): boolean => text === found || sent.startsWith(text)

/** One draft. */
export class SessionDraft {
  readonly state: Store<DraftState>
  readonly #session: string
  readonly #parts: DraftParts
  readonly #reading: Promise<void>
  #known: KnownDraft = { files: NO_FILES, sending: NO_WORDS }
  #sending: ReadonlyArray<Taken> = NO_WORDS
  /** The words that may have got through, and the key that they are sent under again. */
  #tried: { readonly sign: string; readonly key: string } | undefined
  #isTouched = false
  /** The text that was set here last, and the one that came from elsewhere last: from the hub, or from what this browser kept. */
  #typed: string | undefined
  #found: string | undefined
  /** What another tab has sent: the hub may not have heard of that. */
  #gone: SentWords | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #writing: Promise<void> = Promise.resolve()
  #turn: Promise<void> = Promise.resolve()
  #holders = 0
  #ends: ReadonlyArray<() => void> = []

  constructor(session: string, parts: DraftParts) {
    this.#session = session
    this.#parts = parts
    this.state = new Store<DraftState>({
      text: parts.hub().latest.text,
      files: NO_FILES,
      editing: undefined,
    })
    this.#reading = this.#read()
  }

  /** Whether someone shows it, or it has something that is not written yet. */
  get isInUse(): boolean {
    return this.#holders > 0 || this.#timer !== undefined || this.#sending.length > 0
  }

  /** Settles once what this browser kept is part of it. */
  get isRead(): Promise<void> {
    return this.#reading
  }

  /** Follows the hub and the other tabs until the function that is returned is called. */
  hold(): () => void {
    if (this.#holders++ === 0) {
      const follow = (): void => this.#follow()
      const heard = (sent?: SentWords): void => (sent === undefined ? void this.#hear() : this.#leaveSent(sent))
      this.#ends = [this.#parts.hub().state.subscribe(follow), this.#parts.store.listen(this.#session, heard)]
      this.#follow()
    }
    return () => {
      if (--this.#holders > 0) return
      for (const end of this.#ends) end()
      this.leave()
    }
  }

  setText(text: string): void {
    this.#change({ text })
  }

  setFiles(change: (files: ReadonlyArray<Attached>) => ReadonlyArray<Attached>): void {
    this.#change({ files: change(this.state.get().files) })
  }

  setEditing(editing: Editing | undefined): void {
    this.#change({ editing })
  }

  /** Takes the words out to be sent; `undefined` where there are none. */
  take(mode: Taken["mode"]): Taken | undefined {
    const { text, files } = this.state.get()
    if (text.trim() === "" && files.length === 0) return undefined
    const key = this.#tried?.sign === signOf({ text, files }, mode) ? this.#tried.key : newKey()
    const taken: Taken = { id: key, text, files, mode, ...(this.#found === undefined ? {} : { found: this.#found }) }
    this.#tried = undefined
    this.#sending = [...this.#sending, taken]
    this.#change({ text: "", files: NO_FILES })
    void this.write()
    return taken
  }

  /** Does something after what was taken before has been sent. */
  inTurn<A>(send: () => Promise<A>): Promise<A> {
    const next = this.#turn.then(send)
    this.#turn = next.then(
      () => undefined,
      () => undefined,
    )
    return next
  }

  /** Whether words that were taken are still to be sent. */
  isTaken({ id }: Taken): boolean {
    return this.#sending.some((one) => one.id === id)
  }

  /** The outbox or the hub has words that were taken. */
  sent({ id, text, found }: Taken): void {
    this.#sending = this.#sending.filter((one) => one.id !== id)
    void this.write()
    this.#parts.store.tellSent(this.#session, { text, ...(found === undefined ? {} : { found }) })
    void this.#parts.hub().flush()
  }

  /** The first of them could not be sent: all are in front of what was typed since, in their order. */
  unsent(): void {
    const taken = this.#sending
    this.#sending = NO_WORDS
    this.#putAll(taken)
    void this.write()
  }

  /** Gives words back, behind those that are there, in whichever tabs that is done; settles once this browser keeps them. */
  async giveBack({ text, files }: Words): Promise<void> {
    await this.#reading
    const now = this.state.get()
    const there = new Set(now.files.map(({ id }) => id))
    this.#change({ text: appended(now.text, text), files: [...now.files, ...files.filter(({ id }) => !there.has(id))] })
    await this.write()
  }

  /** Gives the words to the draft of another session: that for which this one stood. */
  async moveTo(other: SessionDraft): Promise<void> {
    await this.#reading
    const { text, files } = this.state.get()
    if (text === "" && files.length === 0) return
    await other.giveBack({ text, files })
    this.#change({ text: "", files: NO_FILES })
    await this.write()
  }

  /** Writes what was not written, here and on the hub, as when the page goes. */
  leave(): void {
    if (this.#timer !== undefined) void this.write()
    void this.#parts.hub().flush()
  }

  /** Reads what the hub has by now, as when the page is looked at again: what was sent from another device is no draft any more. */
  look(): void {
    const hub = this.#parts.hub()
    if (hub.state.get().status !== "saved") return
    const before = hub.latest
    // A value of its own was read: from then on what was sent is gone there, too.
    void hub.load().then(() => {
      if (hub.latest !== before && hub.latest.text === "") this.#gone = undefined
    })
  }

  /** Writes it now; settles once this browser keeps it. */
  write(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    // What is kept is part of it first: nothing is written over unread.
    this.#writing = this.#writing.then(() => this.#reading).then(() => this.#write())
    return this.#writing
  }

  async #read(): Promise<void> {
    const found = await this.#parts.store.read(this.#session)
    if (found === undefined) return
    const unsaved = draftToShow(found)
    const { sending = NO_WORDS } = found
    this.#known = { files: found.files, sending }
    const now = this.state.get()
    const typed = this.#isTouched ? now.text : ""
    if (found.text !== "") this.#found = found.text
    const files = [...found.files, ...now.files]
    const editing = now.editing ?? found.editing
    const back = sending.filter(({ id }) => !this.#parts.isStored(id))
    if (unsaved !== undefined) {
      this.#change({ text: joined(unsaved, typed), files, editing })
      if (typed === "") this.#typed = undefined
    } else {
      // Until the hub says what it has now.
      const isEarly = !this.#isTouched && this.#parts.hub().state.get().status === "loading"
      this.#show({ files, editing, ...(isEarly ? { text: found.text } : {}) })
    }
    // A page that was killed may have sent them: the same words go under the same key.
    this.#putAll(back)
    if (sending.length > 0) this.#writeLater()
  }

  async #write(): Promise<void> {
    const { text, files, editing } = this.state.get()
    const [hub, known] = [this.#parts.hub().state.get(), this.#known]
    // Value and status of one moment: what was typed since is not saved, whatever the status was before.
    const isSaved = hub.status === "saved" && hub.value.text === text
    const sending = this.#sending
    const kept = await this.#parts.store.write(
      { session: this.#session, text, files, editing, sending, isSaved, time: Date.now() },
      known,
    )
    this.#known = { files, sending }
    this.#adopt(kept.files)
  }

  /** Another tab has written it. */
  async #hear(): Promise<void> {
    await this.#writing
    const kept = await this.#parts.store.read(this.#session)
    this.#adopt(kept?.files ?? NO_FILES)
  }

  /** Another tab has sent its words: those, and what is here of them but was not typed here, are gone; any other words stay. */
  #leaveSent(words: SentWords): void {
    const { text } = this.state.get()
    this.#gone = words
    if (text === "") return
    if (text !== words.text && (text === this.#typed ? text !== words.found : !isPartOf(text, words))) {
      // The other tab has written over them.
      if (this.#isTouched) this.#writeLater()
      return
    }
    this.#isTouched = false
    this.#typed = ""
    this.#found = undefined
    this.#parts.hub().follow({ text: "" })
    this.#show({ text: "" })
  }

  /** Takes over which files other tabs have attached or taken off. */
  #adopt(stored: ReadonlyArray<Attached>): void {
    const { files } = this.state.get()
    const next = merged(stored, this.#known.files, files)
    this.#known = { ...this.#known, files: stored }
    const isSame = next.length === files.length && next.every(({ id }, at) => files[at]?.id === id)
    if (!isSame) this.#show({ files: next })
  }

  /** Puts words in front of those that are there; the same words alone go under the same key again. */
  #putAll(taken: ReadonlyArray<Taken>): void {
    const [only, ...others] = taken
    if (only !== undefined && others.length === 0) this.#tried = { sign: signOf(only, only.mode), key: only.id }
    for (const words of [...taken].reverse()) {
      const now = this.state.get()
      this.#change({ text: joined(words.text, now.text), files: [...words.files, ...now.files] })
    }
  }

  #follow(): void {
    const { latest, state } = this.#parts.hub()
    if (latest.text !== "" && this.#gone !== undefined) {
      if (isPartOf(latest.text, this.#gone)) return
      this.#gone = undefined
    }
    if (state.get().status !== "loading" || this.#isTouched) this.#show({ text: latest.text })
    if (latest.text !== "" && latest.text !== this.#typed) this.#found = latest.text
    if (this.#isTouched) this.#writeLater()
  }

  #change(change: Partial<DraftState>): void {
    this.#isTouched = true
    if (change.text !== undefined) {
      this.#typed = change.text
      this.#gone = undefined
    }
    if (change.text === "") this.#found = undefined
    this.#show(change)
    const { text, files } = this.state.get()
    if (change.text !== undefined || change.files !== undefined) this.#parts.hub().set({ text, ...dataOf(files) })
    this.#writeLater()
  }

  #show(change: Partial<DraftState>): void {
    this.state.set({ ...this.state.get(), ...change })
  }

  #writeLater(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.write(), DELAY)
  }
}

/** Drafts that stay in memory although no one shows them. */
const MOST = 50

const drafts = new WeakMap<HubModel, Map<string, SessionDraft>>()

/** The draft of a session, the same one for all of the page. */
export function draftOf(hub: HubModel, session: string): SessionDraft {
  const all = drafts.get(hub) ?? new Map<string, SessionDraft>()
  drafts.set(hub, all)
  const known = all.get(session)
  if (known !== undefined) return known
  const isStored = (key: string): boolean => hub.box?.state.items.some(({ id }) => id === key) === true
  const made = new SessionDraft(session, { hub: () => hub.desk.draft(session), store: draftStore, isStored })
  for (const [id, draft] of all) {
    if (all.size < MOST) break
    if (!draft.isInUse) all.delete(id)
  }
  all.set(session, made)
  return made
}
