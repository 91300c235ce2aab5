"""Polls, their timetables, windows, and the rules that hold inside one."""
