"""Hints that no living person sits before the camera: frames one by one into a watch, one graded score out.

    frames ── watch ──┬── recurrence → frozen, looped        what the camera shows again
                      ├── timing                             when frames came
                      ├── tracks → planarity                 what moves like a plane
                      ├── screen_light                       what the screen's colours do to the face
                      └── moire, specular, bezel             hints, never enough for an alarm
    observations ──── challenge                              what was asked, and done
                      together                               one score, and what was omitted

No clock, no files, no network: time and chance are handed in. What is said is advice for the technician and the
record, never for the applicant, and nobody waits for it. It is not presentation attack detection (ISO/IEC 30107).
"""
