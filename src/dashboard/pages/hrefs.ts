// Where things are.
export const productHref = (name: string) => `/products/${name}`;
export const screenHref = (name: string) => `/products/${name}/screen`;
export const workerHref = (product: string, worker: string) =>
  `/products/${product}/workers/${encodeURIComponent(worker)}`;
export const objectiveHref = (id: string) => `/objectives/${id}`;
export const gateHref = (n: number) => `/gates/${n}`;
/** @param one.draft  null: it was applied */
export const blueprintHref = ({ name, draft }: { name: string; draft: number | null }) =>
  `/blueprints/${draft === null ? name : `draft-${draft}`}`;
