/**
 * A station: what the records and pages of sessions cost in a plain map.
 */
import { idOf, pageText, recordText } from "../load/pages.ts"
import { answer } from "../process/station.ts"

const kept = new Map<string, readonly [record: unknown, page: unknown]>()

answer({
  make: ({ count }) => {
    for (let at = 0; at < Number(count); at++) kept.set(idOf(at), [JSON.parse(recordText(at)), JSON.parse(pageText(at))])
    return { kept: kept.size }
  },
})
