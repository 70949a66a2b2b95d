// products.yaml as whoever types can change it: the port that src/cli fills. In chat there is none.
import type { Health } from '../contract/status.ts';

export interface Proposed {
  name: string;
  type: string;
  weight: number;
}

/** A change that is not written yet. */
export interface ProductsDraft {
  file: string;
  /** lines that go, `- …`, and lines that come, `+ …`; none: nothing would be different */
  lines: string[];
  /** sha256 that the file would have, hex */
  digest: string;
  /** @throws FleetError REGISTRY_READ_ONLY, REGISTRY_BUSY: nothing is written then. @returns where the former version is */
  write(): Promise<{ former: string }>;
}

export interface Looked {
  proposed: Proposed;
  /** about the repository; names of files and branches stand in it */
  sentences: string[];
  /** the same as data */
  about: unknown;
  /** @throws FleetError BAD_NAME, PRODUCT_EXISTS, PATH_ESCAPES, REGISTRY_INVALID, REGISTRY_BY_HAND */
  draft(as: Proposed): Promise<ProductsDraft>;
}

export interface OpenProducts {
  file: string;
  /** of the file as it is */
  names: string[];
  /** @param given a folder or an address. @throws FleetError of what it is instead of a repository */
  look(given: string): Promise<Looked>;
  /** @param words `key=value`. @throws FleetError BAD_USAGE, PRODUCT_UNKNOWN, REGISTRY_INVALID, REGISTRY_BY_HAND */
  edit(name: string, words: string[]): Promise<ProductsDraft>;
  /** `clone`: where its clone is, in the runtime; `origin`: what it is a clone of. @throws as edit() */
  remove(name: string): Promise<{ draft: ProductsDraft; clone: string; origin: string | null }>;
}

export interface LocalProducts {
  /**
   * The file that is to be changed, looked at before anybody is asked anything.
   * @param asked.file      instead of the one that fleetd reads, or of products.yaml here
   * @param asked.projects  folder of the human's repositories on this machine, where fleetd does not say
   * @param registry        of the fleetd that answers; null: none does
   * @throws FleetError REGISTRY_MISSING, REGISTRY_READ_ONLY, REGISTRY_INVALID
   */
  open(
    asked: { file: string | null; projects: string | null },
    registry: Health['registry'] | null,
  ): Promise<OpenProducts>;
}
