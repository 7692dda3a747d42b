/** The last thing in what scrolls: a sign at its lower edge for as long as there is more below. */
import { useEffect, useRef, useState } from "react"
import type { ReactElement } from "react"
import styles from "./over.module.css"

/** Shows the sign. */
export function MoreBelow(): ReactElement {
  const end = useRef<HTMLSpanElement>(null)
  const [isMore, setIsMore] = useState(false)
  useEffect(() => {
    const element = end.current
    if (element === null) return undefined
    const sight = new IntersectionObserver((entries) => setIsMore(entries.at(-1)?.isIntersecting === false), {
      root: element.parentElement,
    })
    sight.observe(element)
    return () => sight.disconnect()
  }, [])
  return (
    <>
      <span ref={end} className={styles["end"]} />
      <span className={styles["below"]} aria-hidden="true" data-more-below={isMore ? "" : undefined}>
        ⌄ more
      </span>
    </>
  )
}
