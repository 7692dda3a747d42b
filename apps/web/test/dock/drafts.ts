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

/** What ends with each test. */
export const ends: Array<() => void> = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

/** A draft in a tab of a browser. */
export function draftIn(browser: Browser, isStored: (key: string) => boolean = () => false): SessionDraft {
  const hub = model()
  const draft = new SessionDraft(SESSION, { hub: () => hub.desk.draft(SESSION), store: browser.tab(), isStored })
  ends.push(draft.hold())
  return draft
}
