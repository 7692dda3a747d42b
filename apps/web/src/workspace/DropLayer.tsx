/** Where a dragged tab can be dropped: on the sides of each tile for a tile of its own, in the middle to join its tabs. */
import { useEffect, useRef, useState } from "react"
import type { CSSProperties, ReactElement } from "react"
import type { LayoutAction, Side } from "@holdfast/client/model"
import styles from "./DropLayer.module.css"

const PLACES = ["middle", "left", "right", "up", "down"] as const

type Place = (typeof PLACES)[number]

interface DropLayerProps {
  readonly tiles: ReadonlyArray<{ readonly tile: string; readonly style: CSSProperties }>
  readonly arrange: (action: LayoutAction) => void
}

/** The places, over all tiles, while something is dragged. */
export function DropLayer({ tiles, arrange }: DropLayerProps): ReactElement {
  return (
    <>
      {tiles.map(({ tile, style }) => (
        <div key={tile} className={styles["tile"]} style={style}>
          {PLACES.map((place) => (
            <Target key={place} place={place} onDrop={(tab) => arrange(actionOf(place, tab, tile))} />
          ))}
        </div>
      ))}
    </>
  )
}

function actionOf(place: Place, tab: string, tile: string): LayoutAction {
  return place === "middle" ? { do: "move", tab, tile } : { do: "move-beside", tab, tile, side: place satisfies Side }
}

function Target({ place, onDrop }: { readonly place: Place; readonly onDrop: (tab: string) => void }): ReactElement {
  const ref = useRef<HTMLDivElement>(null)
  const [isOver, setIsOver] = useState(false)
  const drop = useRef(onDrop)
  useEffect(() => {
    drop.current = onDrop
  })
  useEffect(() => {
    let end: (() => void) | undefined
    let isOff = false
    void import("./tab-drag.ts").then(({ makeTarget }) => {
      if (!isOff && ref.current !== null) end = makeTarget(ref.current, setIsOver, (tab) => drop.current(tab))
    })
    return () => {
      isOff = true
      end?.()
    }
  }, [])
  return <div ref={ref} className={styles["place"]} data-place={place} data-over={isOver ? "" : undefined} />
}
