// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { DepositsWord } from "./channels/DepositsWord.sol";
import { VirtualWord } from "./virtuals/VirtualWord.sol";

/// @notice What the chain holds of a channel. Most channels touch one or two of these slots.
/// @param deposits Both deposits, and how the channel ended; never cleared, as it says that an id is over.
/// @param withdrawnA What a has withdrawn; zero once the channel is over.
/// @param withdrawnB What b has withdrawn; zero once the channel is over.
/// @param lanes Its two lanes.
struct ChannelSlots {
    DepositsWord deposits;
    uint128 withdrawnA;
    uint128 withdrawnB;
    LaneSlots[2] lanes;
}

/// @notice What the chain holds of a lane.
/// @param word A DisputeWord until the channel is settled, and a PoolWord from then on; zero once its pool is empty.
/// @param locksHash keccak256(abi.encode(locked, locksRoot)) of the voucher shown; zero without locks, and once the pool is empty.
struct LaneSlots {
    uint256 word;
    bytes32 locksHash;
}

/// @notice What the chain holds of a virtual channel.
/// @param word What was redeemed, and when that is final; never cleared, as other hops ask for it.
struct VirtualSlot {
    VirtualWord word;
}

/// @notice All of the contract's storage.
/// @param channels By id.
/// @param virtuals By id.
/// @param farUnlocked Bits of the unlocked slots for which a PoolWord has no room, 256 a word; the key is lane << 32 | slot / 256.
/// @param credits By account and token.
/// @param redirectNonces The nonce that an account's next redirection carries.
struct Store {
    mapping(bytes32 channelId => ChannelSlots) channels;
    mapping(bytes32 virtualId => VirtualSlot) virtuals;
    mapping(bytes32 channelId => mapping(uint256 key => uint256)) farUnlocked;
    mapping(address account => mapping(address token => uint256)) credits;
    mapping(address account => uint256) redirectNonces;
}
