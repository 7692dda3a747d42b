/** Drafts over a store that tabs share in memory, and the model's own value for what the hub keeps. */
import { afterEach } from "vitest"
import { HubModel } from "@holdfast/client/model"
import { isEmptyDraft, type KeptDraft, written } from "../../src/dock/draft-state.ts"
import type { Attached } from "../../src/dock/file-parts.ts"
import type { DraftStore, SentWords } from "../../src/dock/draft-store.ts"
import { SessionDraft } from "../../src/dock/SessionDraft.ts"

/** The session of every draft. */
export const SESSION = "s"

/** A picture that is attached. */
export function file(id: string): Attached {
  return { id, name: `${id}.png`, mediaType: "image/png", blob: new Blob([id]) }
}

/** The ids of what is attached. */
export function idsOf(files: ReadonlyArray<{ readonly id: string }>): ReadonlyArray<string> {
  return files.map(({ id }) => id)
}

/** The drafts of a browser. */
export class Browser {
  readonly kept = new Map<string, KeptDraft>()
  readonly #tabs = new Set<(sent?: SentWords) => void>()
  /** What a read waits for. */
  answers: Promise<void> = Promise.resolve()

  tab(): DraftStore {
    let own: ((sent?: SentWords) => void) | undefined
    return {
      tellSent: (_session, sent) => {
        for (const tell of this.#tabs) if (tell !== own) tell(sent)
      },
      read: async (session) => {
        await this.answers
        return this.kept.get(session)
      },
      write: async (draft, known) => {
        const kept = written(this.kept.get(draft.session), draft, known)
        if (isEmptyDraft(kept)) this.kept.delete(draft.session)
        else this.kept.set(draft.session, kept)
        for (const tell of this.#tabs) if (tell !== own) tell()
        return kept
      },
      listen: (_session, listener) => {
        own = listener
        this.#tabs.add(listener)
        return () => this.#tabs.delete(listener)
      },
    }
  }
}

/** A model of a hub that is not there: what is put waits for it. */
export function model(): HubModel {
  const none = (): never => {
    throw new Error("there is no hub here")
  }
  return new HubModel(none, { schedule: () => () => undefined })
}

/** A hub that keeps one draft for all of its clients, as far as its answers are let through. */
export class DraftHub {
  #kept = { text: "", version: 0, time: 0 }
  /** What a put waits for. */
  puts: Promise<void> = Promise.resolve()

  get text(): string {
    return this.#kept.text
  }

  /** A client of it, which shows what changes at once. */
  model(): HubModel {
    const call = async (name: string, { text = "" }: { readonly text?: string }): Promise<object> => {
      if (name !== "drafts.put") return this.#kept
      await this.puts
      this.#kept = { text, version: this.#kept.version + 1, time: 1 }
      return { version: this.#kept.version }
    }
    const connection = { state: { _tag: "Online" }, onState: () => () => undefined, online: () => Promise.resolve(), call }
    return new HubModel((() => ({ connection })) as never, { schedule: (show) => (queueMicrotask(show), () => undefined) })
  }
}

/** What ends with each test. */
export const ends: Array<() => void> = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

/** A draft in a tab of a browser. */
export function draftIn(browser: Browser, isStored: (key: string) => boolean = () => false, hub = model()): SessionDraft {
  const draft = new SessionDraft(SESSION, { hub: () => hub.desk.draft(SESSION), store: browser.tab(), isStored })
  ends.push(draft.hold())
  return draft
}
