#include <specbias/spec.h>

size_t sb_record_count(const sb_settings *settings) {
    int64_t steps = settings->training.steps, every = settings->record.every;
    return (size_t)(steps / every + 1 + (steps % every != 0));
}

int64_t sb_record_step(const sb_settings *settings, size_t record) {
    int64_t step = (int64_t)record * settings->record.every;
    return step < settings->training.steps ? step : settings->training.steps;
}
