// Where things are.
export const productHref = (name: string) => `/products/${name}`;
export const screenHref = (name: string) => `/products/${name}/screen`;
export const objectiveHref = (id: string) => `/objectives/${id}`;
export const gateHref = (n: number) => `/gates/${n}`;
