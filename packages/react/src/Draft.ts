/** The message that a composer holds, with the key under which it is sent again (docs/protocol/rules.md, U-10). */
import type { OutboxLike, SessionService } from "@holdfast/client/model"

/** One message at a time. */
export class Draft {
  /** The key of an attempt that may have got through. */
  #key: string | undefined

  /** Another text is another message. */
  changed(): void {
    this.#key = undefined
  }

  /** Settles once the outbox or the hub has the message; fails with why not. What may have got through keeps its key, whichever way it is sent next. */
  async send(
    session: string,
    text: string,
    { box, service }: { readonly box: Pick<OutboxLike, "send"> | undefined; readonly service: Pick<SessionService, "send"> },
  ): Promise<void> {
    // An outbox keeps it until the hub has it; it is shown there, also when it is refused.
    if (box !== undefined) await box.send(session, { text }, this.#key === undefined ? {} : { key: this.#key }).stored
    else await service.send(session, { text, key: (this.#key ??= newKey()) })
    this.#key = undefined
  }
}

/** A key that no other message has. */
function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("")
}
