/** The player in a pane: the log of a session on the hub, while it grows too. */
import { useEffect, useMemo, useRef, useState } from "react"
import type { ReactElement } from "react"
import { useHub, useSession } from "@holdfast/react"
import type { ShownSession } from "@holdfast/client/outbox"
import type { Command } from "../commands/command.ts"
import { useCommands } from "../commands/use-commands.ts"
import { useWholeTrace } from "../ui/trace/use-whole-trace.ts"
import { ShowFileContext } from "../panes/chat/files/shown-file.ts"
import type { ShowFile } from "../panes/chat/files/shown-file.ts"
import { FileView } from "../panes/chat/parts/FileView.tsx"
import type { PaneProps } from "../workspace/pane-props.ts"
import { useSeek } from "../workspace/seek.ts"
import { ExportMenu } from "./ExportMenu.tsx"
import type { Film } from "./Film.ts"
import { makeFilm, MomentFollower } from "./film-parts.ts"
import { hubSource } from "./hub-source.ts"
import { Player, togglePlay, toMessage } from "./Player.tsx"
import { useMomentAddress } from "./use-moment-address.ts"

/** The player of a session. */
export default function PlayerPane({ session, isFocused }: PaneProps): ReactElement | null {
  const { session: record } = useSession(session)
  return record === undefined || record.status === "offline" ? null : (
    <SessionFilm key={record.id} isFocused={isFocused} record={record} />
  )
}

const NONE: ReadonlyArray<Command> = []

type Known = Exclude<ShownSession, { readonly status: "offline" }>

function SessionFilm({ record, isFocused }: { readonly record: Known; readonly isFocused: boolean }): ReactElement {
  const hub = useHub()
  const session = record.id
  const [parts] = useState(() => {
    const source = hubSource(() => hub.hub.connection, session)
    return { ...makeFilm(source, record), moments: new MomentFollower(source) }
  })
  const { film, moments } = parts
  const trace = useWholeTrace(session)
  const seek = useSeek(session)
  const gone = useRef(0)
  useEffect(() => () => film.pause(), [film])
  useEffect(() => {
    if (seek !== undefined && seek.at <= gone.current) return
    if (seek === undefined && gone.current > 0) return
    gone.current = seek?.at ?? 1
    const seq = seek?.seq ?? 0
    // The address follows the film: that it did is no place to go to.
    if (seq === 0 || seq !== film.get().seq) void film.seek(seq)
  }, [film, seek])
  const { lastSeq } = record
  const last = useRef(lastSeq)
  const isGrowing = record.process === "running" || record.turn.status === "streaming"
  useEffect(() => film.setGrowing(isGrowing), [film, isGrowing])
  useEffect(() => {
    last.current = lastSeq
    film.grew()
    // A connection that is away comes back, and the log with it.
    moments.read().catch((cause: unknown) => console.debug("the moments of a session are not known yet:", cause))
  }, [film, moments, lastSeq])
  useMomentAddress(session, film, isFocused)
  const commands = useFilmCommands(session, film, moments, last)
  // The pane of the same session has keys of its own.
  useCommands(isFocused ? commands : NONE)
  const showFile = useMemo((): ShowFile => (file) => <FileView session={session} file={file} />, [session])
  return (
    <ShowFileContext value={showFile}>
      <Player {...parts} record={record} trace={trace}>
        <ExportMenu session={session} kind={record.kind} film={film} />
      </Player>
    </ShowFileContext>
  )
}

/** The keys of a player; they count in its pane. */
function useFilmCommands(
  session: string,
  film: Film,
  moments: MomentFollower,
  last: { readonly current: number },
): ReadonlyArray<Command> {
  return useMemo(() => {
    const one = (id: string, title: string, keys: ReadonlyArray<string>, run: () => void) =>
      ({ id: `player.${id}`, title, keys, when: "pane", session, run }) as const
    return [
      one("toggle", "Play or pause", ["Space"], () => togglePlay(film)),
      one("back", "One event back", [","], () => void film.step(-1)),
      one("on", "One event on", ["."], () => void film.step(1)),
      one("earlier", "Earlier message", ["["], () => toMessage(film, moments, -1)),
      one("later", "Later message", ["]"], () => toMessage(film, moments, 1)),
      one("begin", "To the beginning", ["Home"], () => void film.seek(0)),
      one("end", "To the end", ["End"], () => void film.seek(last.current)),
      one("slower", "Play slower", ["-"], () => film.faster(-1)),
      one("faster", "Play faster", ["="], () => film.faster(1)),
      one("pauses", "Skip pauses or not", ["i"], () => film.setSkipsPauses(!film.get().skipsPauses)),
    ]
  }, [session, film, moments, last])
}
