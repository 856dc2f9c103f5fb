"""When something holds: office hours, calendars with holidays, periods and schedules.

Every room above may use it; it knows no extension.
"""
