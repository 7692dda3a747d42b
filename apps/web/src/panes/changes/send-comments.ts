/** Sends the comments of a session as one message, once, however often and in however many tabs it is asked for (APP-64). */
import type { HubModel, OutboxLike } from "@holdfast/client/model"
import type { CommentStore } from "./comment-store.ts"
import { type LineComment, messageOf } from "./comments.ts"

/** What takes the message. */
export interface CommentSender {
  readonly box: Pick<OutboxLike, "send"> | undefined
  readonly hub: { readonly agents: Pick<HubModel["hub"]["agents"], "send"> }
}

/** The sends that are under way, by session. */
const sending = new Map<string, Promise<number>>()

/** Sends them and takes them away; resolves to how many there were, and fails with why not, and then they stay. */
export function sendComments(to: CommentSender, comments: CommentStore, session: string): Promise<number> {
  const before = sending.get(session)
  if (before !== undefined) return before
  const now = send(to, comments, session).finally(() => sending.delete(session))
  sending.set(session, now)
  return now
}

async function send({ box, hub }: CommentSender, comments: CommentStore, session: string): Promise<number> {
  const sent = comments.of(session)
  const [first] = sent
  if (first === undefined) return 0
  const text = messageOf(sent)
  const key = keyOf(first.id, text)
  if (box === undefined) await hub.agents.send(session, { text, key })
  else await box.send(session, { text }, { id: key }).stored
  const gone = new Map(sent.map((comment) => [comment.id, comment.text]))
  // What was written meanwhile, also into one that was sent, stays.
  comments.put(
    session,
    comments.of(session).filter(({ id, text: words }) => gone.get(id) !== words),
  )
  return sent.length
}

/** The key of a message of comments: the same comments are the same message, in every tab and after every failure. */
function keyOf(first: LineComment["id"], text: string): string {
  let [one, other] = [0x811c9dc5, 0x01000193]
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    one = Math.imul(one ^ unit, 0x01000193)
    other = Math.imul(other ^ unit, 0x85ebca6b) + at
  }
  const hex = [one, other, text.length].map((number) => (number >>> 0).toString(16).padStart(8, "0"))
  return `${first.replaceAll(/[^A-Za-z0-9]/g, "")}${hex.join("")}`
}
