/** What is open over the page, in one file that is loaded when the page has time, or when it is first wanted. */
export { OpenMenu } from "./OpenMenu.tsx"
export { OpenPopover } from "./OpenPopover.tsx"
