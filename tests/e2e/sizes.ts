/** Whether tests of the app that take long are left out: in `npm test`, not in `npm run test:faults` and `npm run test:long`. */
export const IS_SHORT: boolean = process.env["HOLDFAST_FAULTS"] === "short"
