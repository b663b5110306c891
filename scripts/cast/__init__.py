"""The sandbox's cast of mascots: drawn with Skia, encoded with ffmpeg."""
