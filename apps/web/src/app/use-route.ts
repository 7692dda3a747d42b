/** The address of the page, and going to another one. */
import { useMemo } from "react"
import { useLocation } from "wouter"
import { readRoute } from "./routes.ts"
import type { Route } from "./routes.ts"

/** What the address of the page names. */
export function useRoute(): Route {
  const [path] = useLocation()
  return useMemo(() => readRoute(path), [path])
}

/** Goes to a path of the app; with `replace` in place of the present one. */
export function useGo(): (path: string, options?: { readonly replace?: boolean }) => void {
  return useLocation()[1]
}
