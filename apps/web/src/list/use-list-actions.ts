/** What can be done to sessions of the list, each said in the status line with a way back. */
import { useMemo } from "react"
import { useHub, useSessionService } from "@holdfast/react"
import type { Session } from "@holdfast/protocol/session"
import { useNotice } from "../app/notices.ts"
import { snoozeStore } from "../requests/snooze-store.ts"
import { isPutOff, waitKeys } from "../requests/waiting.ts"
import { changeSessions, undoOf } from "./changes.ts"
import type { Change } from "./changes.ts"
import { useList } from "./use-list.ts"

/** How long a request is put off, in milliseconds. */
const NOT_NOW = 60 * 60_000

/** Actions on sessions, by their ids. */
export interface ListActions {
  readonly archive: (ids: ReadonlyArray<string>) => void
  readonly restore: (ids: ReadonlyArray<string>) => void
  readonly trash: (ids: ReadonlyArray<string>) => void
  /** Pins them, or unpins them if all are pinned. */
  readonly pin: (ids: ReadonlyArray<string>) => void
  /** Marks them as unread, or as read if all are unread. */
  readonly unread: (ids: ReadonlyArray<string>) => void
  /** Puts off what they ask, or shows it again. */
  readonly snooze: (ids: ReadonlyArray<string>) => void
  readonly rename: (id: string, label: string) => void
  readonly setTags: (id: string, tags: ReadonlyArray<string>) => void
  readonly addTag: (ids: ReadonlyArray<string>, tag: string) => void
}

/** How a change is said: of one session by its label, of several by their number. */
const said = (verb: string, records: ReadonlyArray<Session>): string => {
  const [first] = records
  return records.length === 1 && first !== undefined ? `${verb} “${first.label}”` : `${verb} ${records.length} sessions`
}

/** The actions of the page's list; always the same object. */
export function useListActions(): ListActions {
  const hub = useHub()
  const service = useSessionService()
  const notice = useNotice()
  const list = useList()
  return useMemo(() => {
    const parts = { hub, service }
    const recordsOf = (ids: ReadonlyArray<string>): ReadonlyArray<Session> =>
      ids.flatMap((id) => {
        const record = hub.table.record(id).get()
        return record === undefined || record.status === "offline" ? [] : [record]
      })
    const apply = async (ids: ReadonlyArray<string>, change: Change): Promise<string | undefined> => {
      list.release()
      return (await changeSessions(parts, ids, change)).problem
    }
    const act = (verb: string, records: ReadonlyArray<Session>, change: Change): void => {
      if (records.length === 0) return
      const back = undoOf(change, records)
      const undo = (): void => void Promise.all(back.map((way) => apply(way.ids, way.change)))
      list.choose([])
      void apply(
        records.map(({ id }) => id),
        change,
      ).then((problem) =>
        problem === undefined
          ? notice(said(verb, records), undo)
          : notice(`${said(verb, records)}, but not all: ${problem}`, undo),
      )
    }
    const marks = (records: ReadonlyArray<Session>, isUnread: boolean): void => {
      for (const { id, lastSeq } of records) {
        if (isUnread) hub.marks.markUnread(id).catch((cause: unknown) => notice(`Not marked: ${String(cause)}`))
        else hub.marks.see(id, lastSeq)
      }
    }
    return {
      archive: (ids) => act("Archived", recordsOf(ids), { action: "archive" }),
      restore: (ids) => act("Restored", recordsOf(ids), { action: "restore" }),
      trash: (ids) => act("Moved to the trash:", recordsOf(ids), { action: "delete" }),
      pin: (ids) => {
        const records = recordsOf(ids)
        const pinned = !records.every((record) => record.pinned)
        act(pinned ? "Pinned" : "Unpinned", records, { action: "update", change: { pinned } })
      },
      unread: (ids) => {
        const unread = new Set(hub.beside.unread.get())
        const records = recordsOf(ids)
        const isUnread = !records.every(({ id }) => unread.has(id))
        list.release()
        marks(records, isUnread)
        notice(said(isUnread ? "Marked as unread:" : "Marked as read:", records), () => marks(records, !isUnread))
      },
      snooze: (ids) => {
        const records = recordsOf(ids)
        const now = Date.now()
        const isBack = records.every((record) => isPutOff(record, snoozeStore.get(), now))
        const keys = records.flatMap(waitKeys)
        const set = (off: boolean): void =>
          keys.forEach((key) => (off ? snoozeStore.snooze(key, now + NOT_NOW) : snoozeStore.unsnooze(key)))
        if (keys.length === 0) return notice("Nothing waits there that could be put off.")
        set(!isBack)
        notice(isBack ? said("Shown again:", records) : `${said("Not now:", records)}, for an hour`, () => set(isBack))
      },
      rename: (id, label) => {
        const [record] = recordsOf([id])
        if (record === undefined || record.label === label) return
        act(`Renamed to “${label}”, which was`, [record], { action: "update", change: { label } })
      },
      setTags: (id, tags) => act("Tagged", recordsOf([id]), { action: "update", change: { tags: [...new Set(tags)] } }),
      addTag: (ids, tag) => {
        for (const record of recordsOf(ids)) {
          if (!record.tags.includes(tag)) void apply([record.id], { action: "update", change: { tags: [...record.tags, tag] } })
        }
        notice(`Tagged ${ids.length} sessions as ${tag}`)
      },
    }
  }, [hub, service, notice, list])
}
