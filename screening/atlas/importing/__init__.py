"""Files of an office in, layers of an atlas out: placed, mapped, repaired, counted, and kept as a snapshot."""

from screening.atlas.importing.importer import Import, Imported, import_layer, import_source

__all__ = ["Import", "Imported", "import_layer", "import_source"]
