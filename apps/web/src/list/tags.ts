/** Tags as a person types them. */
import { headOf } from "@holdfast/protocol/text-cut"

/** Characters that no tag has. */
const NO_TAG = /[^\p{L}\p{N}._:/-]+/u

/** Most tags of a session, and longest tag in characters. */
const TAGS_MAX = 64
const LONGEST = 64

/** The tags in a text: what no tag can have separates them. */
export function tagsOf(text: string): ReadonlyArray<string> {
  const tags = text.split(NO_TAG).map((tag) => headOf(tag, LONGEST))
  return [...new Set(tags)].filter((tag) => tag !== "").slice(0, TAGS_MAX)
}
