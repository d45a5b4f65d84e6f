//! Knowledge packs kept by digest, so that an old statement can be made again.
