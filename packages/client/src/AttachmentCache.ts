/**
 * The live attachments of a program that shows a few of many sessions (docs/protocol/rules.md, C-36).
 *
 * Invariants: a session that is shown is never detached here; of those that are not shown at most `hidden` stay attached, and the one
 * that was shown least recently leaves first. Who returns to one of them finds it as it is, without a word to the hub.
 */
import type { Attachment } from "./Attachment.ts"

/** Attachments that stay live while no one looks, when the program does not say. */
export const HIDDEN_ATTACHMENTS = 8

/** What a cache makes of sessions. */
export interface AttachmentCacheOptions<View> {
  /** Attaches to a session, such as `(session) => client.attach(session, { skipBehind: SKIP_BYTES })`. */
  readonly attach: (session: string) => Attachment
  /** Consumes a new attachment, and gives what is to be shown of it. */
  readonly open: (attachment: Attachment, session: string) => View
  /** Most live attachments that are not shown; 8. */
  readonly hidden?: number
  /** A view left the cache, and its attachment has ended. */
  readonly closed?: (view: View, session: string) => void
}

/** A session that is shown until `hide`, which may be called again. */
export interface ShownSession<View> {
  readonly view: View
  readonly attachment: Attachment
  readonly hide: () => void
}

/** What a cache did, and holds. */
export interface AttachmentCacheStats {
  readonly shown: number
  readonly hidden: number
  /** Attachments that were opened, found in the cache by `show`, and taken off for others. */
  readonly opened: number
  readonly returned: number
  readonly evicted: number
}

interface Entry<View> {
  readonly attachment: Attachment
  readonly view: View
  shown: number
}

/** The attachments of a program, by the whole ids of their sessions. */
export class AttachmentCache<View> {
  readonly #options: AttachmentCacheOptions<View>
  /** The least recently shown first. */
  readonly #entries = new Map<string, Entry<View>>()
  #opened = 0
  #returned = 0
  #evicted = 0

  constructor(options: AttachmentCacheOptions<View>) {
    this.#options = options
  }

  /** The live attachment of a session, from the cache or a new one. */
  show(session: string): ShownSession<View> {
    const found = this.#found(session)
    const entry = found ?? this.#open(session)
    entry.shown += 1
    this.#renew(session, entry)
    if (found !== undefined) {
      this.#returned += 1
      if (entry.shown === 1) entry.attachment.shown()
    }
    this.#evict()
    let isShown = true
    const hide = (): void => {
      if (!isShown) return
      isShown = false
      entry.shown -= 1
      if (this.#entries.get(session) === entry) this.#renew(session, entry)
      this.#evict()
    }
    return { view: entry.view, attachment: entry.attachment, hide }
  }

  /** Attaches to a session that will probably be shown next; it counts as hidden. */
  preload(session: string): void {
    const entry = this.#found(session) ?? this.#open(session)
    this.#renew(session, entry)
    this.#evict()
  }

  /** What is attached to a session now, without showing it. */
  peek(session: string): View | undefined {
    return this.#found(session)?.view
  }

  /** Takes a session off, unless it is shown; answers whether it was hidden here. */
  drop(session: string): boolean {
    const entry = this.#entries.get(session)
    if (entry === undefined || entry.shown > 0) return false
    this.#close(session, entry)
    return true
  }

  /** What it did and holds. */
  get stats(): AttachmentCacheStats {
    const shown = [...this.#entries.values()].filter((entry) => entry.shown > 0).length
    const hidden = this.#entries.size - shown
    return { shown, hidden, opened: this.#opened, returned: this.#returned, evicted: this.#evicted }
  }

  /** Ends every attachment, shown or not. */
  close(): void {
    for (const [session, entry] of [...this.#entries]) this.#close(session, entry)
  }

  /** Closes it, for `using`. */
  [Symbol.dispose](): void {
    this.close()
  }

  /** One that has ended, such as of a session that was purged, is not returned to. */
  #found(session: string): Entry<View> | undefined {
    const entry = this.#entries.get(session)
    if (entry?.attachment.ended !== true) return entry
    this.#close(session, entry)
    return undefined
  }

  #open(session: string): Entry<View> {
    const attachment = this.#options.attach(session)
    this.#opened += 1
    return { attachment, view: this.#options.open(attachment, session), shown: 0 }
  }

  #renew(session: string, entry: Entry<View>): void {
    this.#entries.delete(session)
    this.#entries.set(session, entry)
  }

  #evict(): void {
    const hidden = [...this.#entries].filter(([, { shown }]) => shown === 0)
    const most = this.#options.hidden ?? HIDDEN_ATTACHMENTS
    for (const [session, entry] of hidden.slice(0, Math.max(0, hidden.length - most))) {
      this.#evicted += 1
      this.#close(session, entry)
    }
  }

  #close(session: string, entry: Entry<View>): void {
    this.#entries.delete(session)
    entry.attachment.detach()
    this.#options.closed?.(entry.view, session)
  }
}
