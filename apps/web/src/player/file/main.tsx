/** The player of an exported file: it has everything with it and asks no server. */
import { useEffect, useMemo } from "react"
import type { ReactElement } from "react"
import { createRoot } from "react-dom/client"
import "../../styles/tokens.css"
import "../../styles/base.css"
import "../../styles/fonts.css"
import "./file.css"
import { sizeText } from "../../ui/size.ts"
import { makeFilm, MomentFollower } from "../film-parts.ts"
import { Player, togglePlay, toMessage } from "../Player.tsx"
import { fileSource, traceOf } from "./file-source.ts"
import { readFilm } from "./read-film.ts"
import type { ReadFilm } from "./read-film.ts"

function FilePlayer({ file }: { readonly file: ReadFilm }): ReactElement {
  const parts = useMemo(() => {
    const source = fileSource(file)
    return { ...makeFilm(source, file.record), moments: new MomentFollower(source) }
  }, [file])
  const trace = useMemo(() => traceOf(file), [file])
  const { film, moments } = parts
  useEffect(() => {
    void moments.read()
    const at = /^#(\d+)$/.exec(location.hash)?.[1]
    void film.seek(at === undefined ? 0 : Number(at))
    return listen(film, moments)
  }, [film, moments])
  const { record, lastSeq, cutAt, events } = file
  return (
    <main>
      <header>
        <b dir="auto">{record.label}</b>
        <span>
          {record.agent?.name ?? record.kind} · recorded with Holdfast · {lastSeq} events
        </span>
        {cutAt === undefined ? null : (
          <span role="note">
            Cut at {sizeText(cutAt)}: this file has the events up to {events.at(-1)?.seq ?? 0}
          </span>
        )}
      </header>
      <Player {...parts} record={{ ...record, lastSeq }} trace={trace} />
    </main>
  )
}

type Parts = ReturnType<typeof makeFilm> & { readonly moments: MomentFollower }

/** The keys of the app's player. */
function listen(film: Parts["film"], moments: MomentFollower): () => void {
  const runs: Readonly<Record<string, () => void>> = {
    " ": () => togglePlay(film),
    ",": () => void film.step(-1),
    ".": () => void film.step(1),
    "[": () => toMessage(film, moments, -1),
    "]": () => toMessage(film, moments, 1),
    "-": () => film.faster(-1),
    "=": () => film.faster(1),
    i: () => film.setSkipsPauses(!film.get().skipsPauses),
  }
  const pressed = (event: KeyboardEvent): void => {
    const { target, key, ctrlKey, metaKey, altKey } = event
    const run = runs[key]
    if (run === undefined || ctrlKey || metaKey || altKey || event.defaultPrevented) return
    if (target instanceof Element && target.matches("select, summary, button, input") && key === " ") return
    event.preventDefault()
    run()
  }
  addEventListener("keydown", pressed)
  return () => removeEventListener("keydown", pressed)
}

function show(): void {
  const system = matchMedia("(prefers-color-scheme: light)")
  const follow = (): void => {
    document.documentElement.dataset["theme"] = system.matches ? "light" : "dark"
  }
  system.addEventListener("change", follow)
  follow()
  const place = document.getElementById("root")
  if (place === null) return
  const root = createRoot(place)
  readFilm(document.getElementById("film")?.textContent ?? "").then(
    (file) => {
      document.title = file.record.label
      root.render(<FilePlayer file={file} />)
    },
    (cause: unknown) =>
      root.render(
        <main>
          <p role="alert">This recording cannot be read: {cause instanceof Error ? cause.message : String(cause)}</p>
        </main>,
      ),
  )
}

show()
