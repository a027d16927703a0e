"""The words and small facts every other part shares; nothing here imports the rest of sim."""
