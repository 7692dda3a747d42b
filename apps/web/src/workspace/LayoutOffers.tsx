/** What another tab of this browser made of the layout meanwhile, to be taken or left. */
import { useEffect } from "react"
import { useHub, useLayout } from "@holdfast/react"
import { removeStatusItem, setStatusItem } from "../app/status-items.ts"

const ITEM = "layout"

/** Offers it in the status line. */
export function LayoutOffers(): null {
  const { other, takeOther } = useLayout()
  const { desk } = useHub()
  useEffect(() => {
    if (other === undefined) return undefined
    const run = (): void => {
      takeOther()
      removeStatusItem(ITEM)
    }
    setStatusItem({ id: ITEM, text: "Another tab arranged the panes differently.", action: { title: "Take it over", run } })
    return () => removeStatusItem(ITEM)
  }, [other, takeOther, desk])
  return null
}
