/** Drafts in this browser: text and files, so that a page that is killed loses nothing of them (docs/protocol/app-rules.md, APP-48). */
import { openDB } from "idb"
import { openedOnce } from "../app/database.ts"
import { isEmptyDraft, type KeptDraft, type KnownDraft, written } from "./draft-state.ts"

const NAME = "holdfast-drafts"
const DRAFTS = "drafts"

/** Most drafts that are kept; the ones that were changed longest ago go. */
const DRAFTS_MAX = 200

/** Words that a tab has sent; `found`: what its field had from elsewhere before they were typed on. */
export interface SentWords {
  readonly text: string
  readonly found?: string
}

/** Where drafts are kept, the same for all tabs of a browser. */
export interface DraftStore {
  /** The draft of a session; `undefined` where none is kept. */
  readonly read: (session: string) => Promise<KeptDraft | undefined>
  /** Writes a draft over what other tabs have written since `known`; resolves to what is kept then. */
  readonly write: (draft: KeptDraft, known: KnownDraft) => Promise<KeptDraft>
  /** Tells other tabs that the words of a session's draft were sent. */
  readonly tellSent: (session: string, sent: SentWords) => void
  /** Calls back when another tab has written the draft of a session, or has sent it; gives the function that ends it. */
  readonly listen: (session: string, listener: (sent?: SentWords) => void) => () => void
}

const database = openedOnce((closers) =>
  openDB(NAME, 1, {
    ...closers,
    upgrade: (made) => {
      made.createObjectStore(DRAFTS, { keyPath: "session" }).createIndex("time", "time")
    },
  }),
)

/** Told once: a browser without storage keeps drafts on the hub alone. */
let isTold = false
function tell(cause: unknown): void {
  if (!isTold) console.warn("drafts are kept on the hub alone:", cause)
  isTold = true
}

/** What tabs tell each other. */
interface News {
  readonly session: string
  readonly sent?: SentWords
}

let channel: BroadcastChannel | undefined
const tabs = (): BroadcastChannel => (channel ??= new BroadcastChannel(NAME))

async function read(session: string): Promise<KeptDraft | undefined> {
  try {
    return (await (await database()).get(DRAFTS, session)) as KeptDraft | undefined
  } catch (cause) {
    tell(cause)
    return undefined
  }
}

async function write(draft: KeptDraft, known: KnownDraft): Promise<KeptDraft> {
  try {
    const drafts = (await database()).transaction(DRAFTS, "readwrite")
    const stored = (await drafts.store.get(draft.session)) as KeptDraft | undefined
    const kept = written(stored, draft, known)
    if (isEmptyDraft(kept)) await drafts.store.delete(draft.session)
    else await drafts.store.put(kept)
    const extra = (await drafts.store.count()) - DRAFTS_MAX
    if (extra > 0) for (const key of await drafts.store.index("time").getAllKeys(undefined, extra)) await drafts.store.delete(key)
    await drafts.done
    tellTabs({ session: draft.session })
    return kept
  } catch (cause) {
    tell(cause)
    return draft
  }
}

function tellTabs(news: News): void {
  tabs().postMessage(news)
}

function listen(session: string, listener: (sent?: SentWords) => void): () => void {
  const heard = ({ data }: MessageEvent<News>): void => {
    if (data.session === session) listener(data.sent)
  }
  tabs().addEventListener("message", heard)
  return () => tabs().removeEventListener("message", heard)
}

/** The drafts of this browser. */
export const draftStore: DraftStore = { read, write, listen, tellSent: (session, sent) => tellTabs({ session, sent }) }
